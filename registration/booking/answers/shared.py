"""What the contact answered once for all: it lies with one attendee, and is of every part of the party.

A party may sit and wait in parts, each a registration of its own with the same booking.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from registration.booking.models import Answer, Attendee
from registration.events.asking import BOOKING
from registration.events.models import Question
from registration.seats import rules
from registration.seats.models import Registration

_FOR_ALL = select(Question.id).where(Question.scope == BOOKING)


def shared_answers(session: Session, registration_id: int) -> Sequence[Answer]:
    """Return what the contact of a registration answered once, with whomever of the party it lies."""
    asked = aliased(Registration)
    return session.scalars(
        select(Answer)
        .join(Question, Question.id == Answer.question_id)
        .join(Attendee, Attendee.id == Answer.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(
            asked, (asked.booking_id == Registration.booking_id) & (asked.event_id == Registration.event_id)
        )
        .where(asked.id == registration_id, Question.scope == BOOKING)
        .order_by(Answer.id)
    ).all()


def gather(session: Session, registration_id: int, attendee_id: int, question_ids: Collection[int]) -> None:
    """Let what was answered once to these questions lie with an attendee of *registration_id*."""
    found = [one for one in shared_answers(session, registration_id) if one.question_id in question_ids]
    known = {one.question_id for one in found if one.attendee_id == attendee_id}
    for one in found:
        if one.attendee_id == attendee_id:
            continue
        if one.question_id in known:
            session.delete(one)
        else:
            one.attendee_id = attendee_id
            known.add(one.question_id)
    session.flush()


def pass_on(session: Session, attendee_id: int, to: int) -> None:
    """Let what lies with somebody who leaves lie with another one of the party."""
    theirs = aliased(Answer)
    known = select(theirs.question_id).where(theirs.attendee_id == to)
    session.execute(
        update(Answer)
        .where(
            Answer.attendee_id == attendee_id,
            Answer.question_id.in_(_FOR_ALL),
            Answer.question_id.not_in(known),
        )
        .values(attendee_id=to),
        execution_options={"synchronize_session": False},
    )


def leave_to_others(session: Session, registration: Registration, attendee_id: int) -> None:
    """Let what lies with the only one of a registration, who leaves the booking, lie with another part."""
    other = session.scalar(
        select(Attendee.id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Registration.booking_id == registration.booking_id,
            Registration.event_id == registration.event_id,
            Registration.id != registration.id,
            Attendee.removed_at.is_(None),
        )
        .order_by(Registration.state.in_(rules.ENDED), Registration.part, Attendee.rank)
        .limit(1)
    )
    if other is not None:
        pass_on(session, attendee_id, other)
