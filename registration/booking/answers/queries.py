"""Read what attendees answered, and what their contact agreed to."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Answer, Consent
from registration.core.among import among


def answers_by_attendee(session: Session, attendee_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Return the answers of each attendee, by question."""
    rows = session.execute(
        select(Answer.attendee_id, Answer.question_id, Answer.value).where(
            among(Answer.attendee_id, attendee_ids)
        )
    )
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.attendee_id, {})[row.question_id] = row.value
    return found


def has_agreed(session: Session, booking_id: int, purpose: str) -> bool:
    """Say whether the contact agreed to *purpose*."""
    known = select(Consent.id).where(Consent.booking_id == booking_id, Consent.purpose == purpose)
    return session.scalar(known) is not None
