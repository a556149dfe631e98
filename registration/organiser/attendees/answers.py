"""What people answered, as lists, exports and the page of a registration show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from registration.booking.answers.shared import shared_answers
from registration.booking.models import Answer, Attendee, Upload
from registration.core.among import among
from registration.events.asking import BOOKING, CHOICES, FILE, told
from registration.events.models import Question
from registration.seats.models import Registration


@dataclass(frozen=True)
class ShownAnswer:
    """One answer. *file_id* is the answer's id where it is a file to be taken."""

    question: str
    answer: str
    file_id: int | None


@dataclass(frozen=True)
class File:
    """A file that answers a question."""

    name: str
    content_type: str
    data: bytes
    is_sensitive: bool


def answers_for(
    session: Session, attendees: Sequence[Attendee], questions: Sequence[Question]
) -> dict[tuple[int, int], list[str]]:
    """Return the answers by (attendee, question), several where several were chosen.

    What was asked once of the contact is each one's.
    """
    if not questions:
        return {}
    by_id = {question.id: question for question in questions}
    ids = {one.registration_id for one in attendees}
    bookings = {
        row.id: row.booking_id
        for row in session.execute(
            select(Registration.id, Registration.booking_id).where(among(Registration.id, ids))
        )
    }
    query = (
        select(Answer.attendee_id, Answer.question_id, Answer.value, Registration.booking_id)
        .join(Attendee, Attendee.id == Answer.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(among(Registration.booking_id, set(bookings.values())), among(Answer.question_id, by_id))
    )
    own: dict[tuple[int, int], list[str]] = {}
    # A party may sit and wait in parts: what the contact answered once is of all of them.
    shared: dict[tuple[int, int], list[str]] = {}
    for row in session.execute(query):
        question = by_id[row.question_id]
        parts = row.value.split("\n") if question.kind == CHOICES else [row.value]
        answer = [told(question.kind, part, _labels(question)) for part in parts]
        own[row.attendee_id, question.id] = answer
        if question.scope == BOOKING:
            shared[row.booking_id, question.id] = answer
    for one in attendees:
        for question in questions:
            key = (bookings[one.registration_id], question.id)
            if key in shared:
                own[one.id, question.id] = shared[key]
    return own


def answers_of(
    session: Session, registration_id: int, *, with_sensitive: bool
) -> dict[int, list[ShownAnswer]]:
    """Return what each attendee of a registration answered, by the attendee's id."""
    people = session.scalars(
        select(Attendee.id)
        .where(Attendee.registration_id == registration_id)
        .order_by(Attendee.removed_at.is_not(None), Attendee.rank)
    ).all()
    first = people[0] if people else None
    # What the contact answered once is shown with the first, wherever it lies.
    shared = {one.question_id: one.id for one in shared_answers(session, registration_id)}
    query = (
        select(
            Answer.id,
            Answer.attendee_id,
            Question.scope,
            Question.label,
            Question.kind,
            Question.choices,
            Question.choice_ids,
            Answer.value,
        )
        .join(Question, Question.id == Answer.question_id)
        .where(
            or_(
                among(Answer.id, shared.values()),
                and_(among(Answer.attendee_id, people), Question.scope != BOOKING),
            )
        )
        .order_by(Question.rank, Question.id)
    )
    if not with_sensitive:
        query = query.where(Question.is_sensitive.is_(False))
    found: dict[int, list[ShownAnswer]] = {}
    for row in session.execute(query):
        file_id = row.id if row.kind == FILE else None
        holder = first if row.scope == BOOKING and first is not None else row.attendee_id
        found.setdefault(holder, []).append(
            ShownAnswer(row.label, told(row.kind, row.value, _labels(row)), file_id)
        )
    return found


def _labels(question: Any) -> dict[str, str]:
    return dict(zip(question.choice_ids, question.choices, strict=True))


def file_of(session: Session, event_id: int, answer_id: int) -> File | None:
    """Return the file that an answer of an event names, or None."""
    row = session.execute(
        select(Answer.value, Upload.content_type, Upload.data, Question.is_sensitive)
        .join(Question, Question.id == Answer.question_id)
        .join(Upload, (Upload.question_id == Question.id) & (Upload.value == Answer.value))
        .where(Answer.id == answer_id, Question.event_id == event_id)
    ).one_or_none()
    if row is None:
        return None
    return File(told(FILE, row.value), row.content_type, row.data, row.is_sensitive)
