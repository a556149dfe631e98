"""Read what was handed on, or is to be: for the pages, the mails and the old contact's calendar."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registration.booking.models import AddressChange, Handover
from registration.events.models import Event
from registration.ical.entries import Entry
from registration.ical.queries import event_entry
from registration.seats.models import Registration


def open_handovers(session: Session, registration_ids: Sequence[int]) -> dict[int, Handover]:
    """Return who is asked to take over which attendee's seat, by the attendee's id."""
    query = select(Handover).where(Handover.registration_id.in_(registration_ids), Handover.state == "open")
    return {one.attendee_id: one for one in session.scalars(query)}


def moved_away(session: Session, booking_id: int, locale: str) -> list[tuple[Handover, Entry]]:
    """Return the seats that left a booking, each with the entry that takes it out of the calendar."""
    rows = session.execute(
        select(Handover, Event)
        .join(Registration, Registration.id == Handover.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .options(selectinload(Event.texts))
        .where(Handover.booking_id == booking_id, Handover.moved_sequence.is_not(None))
        .order_by(Event.starts_at, Handover.id)
    ).all()
    return [(row.Handover, cancelled_entry(row.Handover, row.Event, locale)) for row in rows]


def cancelled_entry(handover: Handover, event: Event, locale: str) -> Entry:
    """Return the entry that says to the old contact's calendar that she no longer goes."""
    assert handover.moved_sequence is not None
    assert handover.decided_at is not None
    return replace(
        event_entry(event, locale),
        status="CANCELLED",
        sequence=handover.moved_sequence,
        changed_at=max(event.changed_at, handover.decided_at),
        busy=False,
        conference_url="",
    )


def wanted_address(session: Session, booking_id: int) -> str | None:
    """Return the address that a booking is to move to once it is confirmed."""
    change = session.get(AddressChange, booking_id)
    return None if change is None else change.email
