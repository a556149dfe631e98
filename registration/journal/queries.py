"""Read why the organiser did something, in her own words."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.journal.models import JournalEntry
from registration.journal.wording import reason_of


def called_off(session: Session, event_ids: Sequence[int]) -> dict[int, str]:
    """Return why each of *event_ids* was cancelled, where the organiser gave a reason."""
    if not event_ids:
        return {}
    rows = session.execute(
        select(JournalEntry.event_id, JournalEntry.reason)
        .where(
            among(JournalEntry.event_id, event_ids),
            JournalEntry.registration_id.is_(None),
            JournalEntry.action == "cancelled",
            JournalEntry.reason.is_not(None),
        )
        .order_by(JournalEntry.id)
    )
    return {row.event_id: row.reason for row in rows}


def reasons_given(
    session: Session, registration_ids: Sequence[int], after: Collection[str]
) -> dict[int, str]:
    """Return why the organiser put each of *registration_ids* into a state of *after*, where she said so."""
    rows = entered(session, registration_ids, after)
    given = [(row, reason_of(row)) for row in rows if row.actor == "organiser"]
    return {row.registration_id or 0: reason for row, reason in given if reason}


def entered(
    session: Session, registration_ids: Sequence[int], after: Collection[str]
) -> Sequence[JournalEntry]:
    """Return the entries by which *registration_ids* came into a state of *after*, the oldest first."""
    if not registration_ids:
        return []
    return session.scalars(
        select(JournalEntry)
        .where(
            among(JournalEntry.registration_id, registration_ids),
            JournalEntry.action == "state",
            JournalEntry.after.in_(after),
        )
        .order_by(JournalEntry.id)
    ).all()
