"""Write who comes with a registration."""

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registration.booking.models import Answer, Attendee, AttendeeSession
from registration.booking.rules import Person
from registration.core.database import insert_all, table, write_rows
from registration.core.text import fold, normal_email
from registration.core.tokens import new_code

_ATTEND = insert(table(Attendee))
_ATTEND_RETURNING = _ATTEND.returning(table(Attendee).c.id, sort_by_parameter_order=True)
_ANSWER = insert(table(Answer))
_PICK = insert(table(AttendeeSession))


def identity(name: str, email: str, firm: str) -> dict[str, str]:
    """Return the columns that say who an attendee is, with the forms that look-ups use."""
    return {
        "name": name,
        "email": email,
        "email_normal": normal_email(email) if email else "",
        "firm": firm,
        "searchable": fold(f"{name} {email} {firm}"),
    }


def name_attendees(
    session: Session,
    registration_ids: Sequence[int],
    parties: Sequence[Sequence[Person]],
    first_rank: int = 0,
) -> None:
    """Write who comes with each registration, and what they answered."""
    named = [
        (registration_id, rank, person)
        for registration_id, people in zip(registration_ids, parties, strict=True)
        for rank, person in enumerate(people, first_rank)
    ]
    rows = [
        {
            "registration_id": registration_id,
            "rank": rank,
            **identity(person.name, person.email, person.firm),
            "category_id": person.category_id,
            "code": new_code(10),
        }
        for registration_id, rank, person in named
    ]
    if not any(person.answers or person.sessions for _id, _rank, person in named):
        write_rows(session, _ATTEND, rows)
        return
    ids = insert_all(session, _ATTEND_RETURNING, rows)
    people = [(attendee_id, person) for attendee_id, (*_where, person) in zip(ids, named, strict=True)]
    answers = [
        {"attendee_id": attendee_id, "question_id": question_id, "value": value}
        for attendee_id, person in people
        for question_id, value in person.answers
    ]
    write_rows(session, _ANSWER, answers)
    picked = [
        {"attendee_id": attendee_id, "session_id": session_id}
        for attendee_id, person in people
        for session_id in person.sessions
    ]
    write_rows(session, _PICK, picked)
