"""Remind people of an offer before it ends."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from registration.booking.notifications.kinds import OFFER_REMINDER
from registration.booking.notifications.notify import announce_to
from registration.core import clock
from registration.core.background_loop import each
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail.models import OutgoingMessage
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Queue, Registration

# Nobody is reminded earlier than this, however long the offer runs.
LONGEST_LEAD = timedelta(hours=6)
EVENTS = 500


def remind_offers() -> int:
    """Decide a reminder of each offer whose last quarter has begun, once; return how many."""
    at = clock.now()
    events = {row.event_id for row in db.session.execute(_soon(at).limit(EVENTS)) if _is_due(row, at)}
    return each(_remind, sorted(events), "offer reminder")


def _remind(event_id: int) -> int:
    def work(session: Session) -> int:
        # Under the gate: an offer that is answered meanwhile is none, and two workers come in turn.
        gates.hold(session, [event_id])
        at = clock.now()
        rows = session.execute(_soon(at).where(Registration.event_id == event_id)).all()
        return announce_to(session, [row.id for row in rows if _is_due(row, at)], OFFER_REMINDER)

    return write_tx(work)


def _is_due(row: Any, at: datetime) -> bool:
    lead = min(LONGEST_LEAD, timedelta(hours=row.offer_hours) / 4)
    return bool(row.offer_expires_at - at <= lead)


def _soon(at: datetime) -> Select[*tuple[Any, ...]]:
    """Return the offers that end soon and of which nobody was reminded yet."""
    reminded = exists().where(
        OutgoingMessage.registration_id == Registration.id, OutgoingMessage.kind == OFFER_REMINDER
    )
    return (
        select(Registration.id, Registration.event_id, Registration.offer_expires_at, Queue.offer_hours)
        .join(Queue, Queue.event_id == Registration.event_id)
        .where(
            Registration.state == rules.OFFERED,
            Registration.offer_expires_at > at,
            Registration.offer_expires_at <= at + LONGEST_LEAD,
            ~reminded,
        )
        .order_by(Registration.id)
    )
