"""Find who holds or waits and was never told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.invariants import is_untold
from registration.seats.changing import Change
from registration.seats.models import Registration


def untold(session: Session, event_id: int) -> list[Change]:
    """Return a change for each registration of an event that no mail tells of, as if it came about now."""
    rows = session.execute(
        select(Registration.id, Registration.booking_id, Registration.state)
        .where(Registration.event_id == event_id, is_untold())
        .order_by(Registration.id)
    )
    return [Change(row.id, row.booking_id, event_id, None, row.state) for row in rows]
