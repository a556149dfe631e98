"""What the same address may only have together with another registration."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.queries.bookings import Seat, seats_where
from registration.events.models import ProgrammeEvent
from registration.seats import rules
from registration.seats.models import Registration


def dependants(session: Session, registration: Registration, locale: str = "en") -> list[Seat]:
    """Return what the same address holds or waits for and may only have with *registration*'s event.

    Whoever gives that one up is asked about these; none of them is dropped by itself.
    """
    asking = select(ProgrammeEvent.event_id).where(ProgrammeEvent.requires_event_id == registration.event_id)
    address = select(Booking.email_normal).where(Booking.id == registration.booking_id).scalar_subquery()
    condition = (
        Registration.event_id.in_(asking)
        & Registration.state.not_in(rules.ENDED)
        & (Booking.email_normal == address)
    )
    return seats_where(session, condition, locale)
