"""What must happen by itself when its time has come; several workers may do it at once.

Each step finds what is due, then locks one gate, reads again under the lock, and does a bounded
number: whoever comes second finds nothing left to do.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registration.booking.changes.move import finish, waiting_moves
from registration.booking.changes.target import is_called_off, settle
from registration.booking.event_settings.capacity import go_on_draining
from registration.booking.event_settings.waitlist import release_allotment
from registration.booking.tasks.cleanup import tidy
from registration.core import clock
from registration.core.background_loop import each
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.services import SYSTEM
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.models import Pool, Queue, Registration

# So many end in one transaction, and so many events are looked at in one round.
BATCH = 200
EVENTS = 500


def sweep() -> int:
    """Do all that is due, step by step and event by event; return how much was done.

    What cannot be done of one event holds up no other: it is logged and tried again, and what stays
    undone the doctor sees (I9, I3, I24, I25).
    """
    return each(lambda step: step(), (_offers, _holds, _allotments, _over, _moves, _promotions, tidy), "step")


def _offers() -> int:
    """End offers that nobody answered in time."""
    return _end_due(
        lambda: (Registration.state == rules.OFFERED) & (Registration.offer_expires_at <= clock.now())
    )


def _holds() -> int:
    """End holds whose address nobody confirmed in time."""
    return _end_due(
        lambda: (Registration.state == rules.UNVERIFIED) & (Registration.hold_expires_at <= clock.now())
    )


def _end_due(is_due: Callable[[], ColumnElement[bool]]) -> int:
    events = db.session.scalars(
        select(Registration.event_id).where(is_due()).distinct().order_by(Registration.event_id).limit(EVENTS)
    ).all()
    return each(lambda event_id: _expired(event_id, is_due), events, "event")


def _expired(event_id: int, is_due: Callable[[], ColumnElement[bool]]) -> int:
    return write_tx(lambda session: _expire(session, event_id, is_due))


def _expire(session: Session, event_id: int, is_due: Callable[[], ColumnElement[bool]]) -> int:
    with gates.locked(session, event_id) as gate:
        due = session.scalars(
            select(Registration.id)
            .where(Registration.event_id == event_id, is_due())
            .order_by(Registration.id)
            .limit(BATCH)
        ).all()
        changes = engine.release_all(session, gate, due, rules.EXPIRED, SYSTEM)
        settle(session, gate, changes, SYSTEM, tells=not is_called_off(session, event_id))
        return len(changes)


def _allotments() -> int:
    """Let everybody have what firms did not use by the date agreed."""
    due = db.session.execute(
        select(Pool.event_id, Pool.id)
        .where(Pool.allotted > 0, Pool.release_at <= clock.now())
        .order_by(Pool.event_id, Pool.id)
        .limit(EVENTS)
    ).all()
    return each(_released, [(row.event_id, row.id) for row in due], "allotment")


def _released(due: tuple[int, int]) -> int:
    release_allotment(*due, SYSTEM)
    return 1


def _over() -> int:
    """End the line of events that are over: nobody waits for what was."""
    events = db.session.scalars(
        select(Queue.event_id)
        .join(Event, Event.id == Queue.event_id)
        .where(Queue.waiting > 0, Event.ends_at <= clock.now())
        .order_by(Queue.event_id)
        .limit(EVENTS)
    ).all()
    return each(_line_ended, events, "line")


def _line_ended(event_id: int) -> int:
    return write_tx(lambda session: _end_line(session, event_id))


def _end_line(session: Session, event_id: int) -> int:
    with gates.locked(session, event_id) as gate:
        ends_at = session.scalar(select(Event.ends_at).where(Event.id == event_id))
        due: list[int] = []
        if ends_at is not None and ends_at <= clock.now():
            due = list(
                session.scalars(
                    select(Registration.id)
                    .where(Registration.event_id == event_id, Registration.state == rules.WAITLISTED)
                    .order_by(Registration.id)
                    .limit(BATCH)
                )
            )
        changes = engine.release_all(session, gate, due, rules.EXPIRED, SYSTEM)
        # Nobody is told: whoever waited to the end knows that the event is over.
        settle(session, gate, changes, SYSTEM, tells=False)
        return len(changes)


def _moves() -> int:
    """Give back what people had before they got what they moved to."""
    return each(_finished, waiting_moves(db.session()), "move")


def _finished(registration_id: int) -> int:
    finish(registration_id)
    return 1


def _promotions() -> int:
    """Go on with every promotion under way; return how many parties that seated."""
    events = db.session.scalars(
        select(Queue.event_id).where(Queue.is_draining).order_by(Queue.event_id)
    ).all()
    return each(go_on_draining, events, "promotion")
