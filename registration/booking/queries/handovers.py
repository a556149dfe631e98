"""Read what was handed on, or is to be: for the pages and the mails."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registration.booking.models import AddressChange, Handover
from registration.core.among import among
from registration.events.models import Event
from registration.events.queries import Words, words
from registration.journal.models import JournalEntry
from registration.seats.models import Registration


def handovers_about(
    session: Session, booking_id: int, registration_ids: Sequence[int]
) -> tuple[dict[int, Handover], bool]:
    """Return who is asked to take over which attendee's seat, by attendee, and whether any seat has left."""
    is_open = among(Handover.registration_id, registration_ids) & (Handover.state == "open")
    has_left = (Handover.booking_id == booking_id) & Handover.moved_sequence.is_not(None)
    found = session.scalars(select(Handover).where(is_open | has_left)).all()
    asked = {one.attendee_id: one for one in found if one.state == "open"}
    return asked, any(one.moved_sequence is not None for one in found)


def is_asked_by_firm(session: Session, handover: Handover) -> bool:
    """Say whether the coordinator of a firm asked, and not the person whose seat it is."""
    asked = session.scalars(
        select(JournalEntry).where(
            JournalEntry.registration_id == handover.registration_id,
            JournalEntry.action == "handover",
            JournalEntry.after == "open",
            JournalEntry.actor == "coordinator",
        )
    )
    return any(one.facts.get("handover") == handover.id for one in asked)


def moved_away(session: Session, booking_id: int, locale: str) -> list[tuple[Handover, Words]]:
    """Return the seats that left a booking, each with the words of its event."""
    rows = session.execute(
        select(Handover, Event)
        .join(Registration, Registration.id == Handover.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .options(selectinload(Event.texts))
        .where(Handover.booking_id == booking_id, Handover.moved_sequence.is_not(None))
        .order_by(Event.starts_at, Handover.id)
    ).all()
    return [(row.Handover, words(row.Event, locale)) for row in rows]


def wanted_address(session: Session, booking_id: int) -> str | None:
    """Return the address that a booking is to move to once it is confirmed."""
    change = session.get(AddressChange, booking_id)
    return None if change is None else change.email
