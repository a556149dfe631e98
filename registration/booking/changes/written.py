"""What stands written of a registration's people: for two who edit it at once (core/optimistic_lock.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.answers.queries import answers_by_attendee
from registration.booking.answers.shared import shared_answers
from registration.booking.models import Attendee
from registration.core import optimistic_lock


@dataclass(frozen=True)
class Corrected:
    """One attendee as she is to be: *answers* are (question id, value), an empty value takes one back."""

    attendee_id: int
    name: str
    email: str
    firm: str
    answers: tuple[tuple[int, str], ...] = ()


def key_of(attendee_id: int, what: str | int) -> str:
    """Return the name of one value of an attendee: a column, or the number of a question."""
    return f"{attendee_id}.{what}"


def written(session: Session, registration_id: int) -> dict[str, object]:
    """Return what stands written of those who come; what was asked once lies with the first of them."""
    people = session.execute(
        select(Attendee.id, Attendee.name, Attendee.email, Attendee.firm)
        .where(Attendee.registration_id == registration_id, Attendee.removed_at.is_(None))
        .order_by(Attendee.rank)
    ).all()
    found: dict[str, object] = {}
    for row in people:
        values = {"name": row.name, "email": row.email, "firm": row.firm}
        found |= {key_of(row.id, what): value for what, value in values.items()}
    for attendee_id, answers in answers_by_attendee(session, [row.id for row in people]).items():
        found |= {key_of(attendee_id, question): value for question, value in answers.items()}
    if people:
        found |= {
            key_of(people[0].id, one.question_id): one.value
            for one in shared_answers(session, registration_id)
        }
    return found


def merged(session: Session, registration_id: int, people: Sequence[Corrected], seen: str) -> list[Corrected]:
    """Return *people* with what somebody else alone has changed since it was *seen*.

    Raises ChangedMeanwhile where both have changed the same.
    """
    wanted: dict[str, object] = {}
    for one in people:
        values = {"name": one.name, "email": one.email, "firm": one.firm}
        wanted |= {key_of(one.attendee_id, what): value for what, value in values.items()}
        wanted |= {key_of(one.attendee_id, question): value for question, value in one.answers}
    kept = optimistic_lock.merged(seen, written(session, registration_id), wanted)

    def value(one: Corrected, what: str | int) -> str:
        return str(kept[key_of(one.attendee_id, what)])

    return [
        replace(
            one,
            name=value(one, "name"),
            email=value(one, "email"),
            firm=value(one, "firm"),
            answers=tuple((question, value(one, question)) for question, _value in one.answers),
        )
        for one in people
    ]
