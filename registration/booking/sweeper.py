"""What must go on by itself: promotions that were cut short."""

from sqlalchemy import select

from registration.booking.services.capacity import go_on_draining
from registration.core.database import db
from registration.seats.models import Queue


def sweep() -> int:
    """Go on with every promotion under way; return how many parties that seated."""
    events = list(
        db.session.scalars(select(Queue.event_id).where(Queue.is_draining).order_by(Queue.event_id))
    )
    return sum(go_on_draining(event_id) for event_id in events)
