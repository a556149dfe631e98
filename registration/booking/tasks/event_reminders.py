"""Remind people of what they have a seat for, as many days before as the organiser chose."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from registration.booking.models import EventMail
from registration.booking.notifications.kinds import REMINDER
from registration.booking.notifications.notify import announce_to
from registration.core import clock
from registration.core.background_loop import each
from registration.core.database import db
from registration.core.locking import locked_one
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration

MOST_DAYS = 60
# In the event's zone: when people read mail, and not in the night.
_HOUR = time(9)
_LEAD = timedelta(hours=3)


def remind() -> int:
    """Decide the reminders that are due and return how many; each event reminds once for each date."""
    at = clock.now()
    candidates = db.session.execute(_candidates(at)).all()
    due = {event.id: due_at(event, days) <= at for event, days in candidates}
    return each(_remind, [event_id for event_id, is_due in due.items() if is_due], "reminder")


def due_at(event: Event, days: int) -> datetime:
    """Return when the reminder of *event* is due: that many days before, in the morning."""
    zone = ZoneInfo(event.time_zone)
    date = event.starts_at.astimezone(zone).date() - timedelta(days=days)
    morning = datetime.combine(date, _HOUR, zone).astimezone(event.starts_at.tzinfo)
    return min(morning, event.starts_at - _LEAD)


def _candidates(at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Event, EventMail.reminder_days)
        .join(EventMail, EventMail.event_id == Event.id)
        .where(
            EventMail.reminder_days.is_not(None),
            or_(EventMail.reminded_for.is_(None), EventMail.reminded_for != Event.starts_at),
            KEEPS_PROMISES,
            Event.starts_at > at,
            Event.starts_at < at + timedelta(days=MOST_DAYS + 1),
        )
        .order_by(Event.id)
    )


def _remind(event_id: int) -> int:
    def work(session: Session) -> int:
        # Under the gate: two workers that find the same event come one after the other.
        gates.hold(session, [event_id])
        event = session.get_one(Event, event_id)
        choice = locked_one(session, EventMail, event_id)
        if choice.reminded_for == event.starts_at:
            return 0
        choice.reminded_for = event.starts_at
        seated = select(Registration.id).where(
            Registration.event_id == event_id, Registration.state == rules.CONFIRMED
        )
        return announce_to(session, list(session.scalars(seated)), REMINDER)

    return write_tx(work)
