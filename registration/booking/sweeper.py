"""What must go on by itself: promotions that were cut short, and files that nobody wants any more."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from registration.booking.services.capacity import go_on_draining
from registration.booking.services.uploads import forget_unused
from registration.core import clock
from registration.core.database import db
from registration.seats.models import Queue

_TIDIED = "registration_tidied_at"


def sweep() -> int:
    """Go on with every promotion under way; return how many parties that seated."""
    events = list(
        db.session.scalars(select(Queue.event_id).where(Queue.is_draining).order_by(Queue.event_id))
    )
    return sum(go_on_draining(event_id) for event_id in events) + _tidy()


def _tidy() -> int:
    """Forget unused files, once an hour."""
    at = clock.now()
    last = current_app.extensions.get(_TIDIED)
    if last is not None and at - last < timedelta(hours=1):
        return 0
    current_app.extensions[_TIDIED] = at
    return forget_unused(timedelta(hours=current_app.config["FORM_HOURS"] + 1))
