"""Close, reopen and cancel an event."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registration.booking.changes.target import NotNow
from registration.booking.notifications.consequences import Tell, tell_or_ask
from registration.booking.notifications.notify import event_cancelled_mails
from registration.core import clock
from registration.core.locking import locked_one
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.rules import CANCELLED, DRAFT
from registration.events.services import touch
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration


def close_registration(event_id: int, actor: Actor) -> None:
    """Take no more registrations from now on; who waits still moves up. Raises NotNow."""

    def work(session: Session) -> None:
        event = _locked(session, event_id)
        at = clock.now()
        if event.opens_at is not None and event.opens_at >= at:
            raise NotNow(_l("Registration has not opened yet. Change when it opens instead."))
        event.closes_at = min(at, event.ends_at)
        _note(session, event, "closed", actor)

    write_tx(work)


def reopen_registration(event_id: int, actor: Actor) -> None:
    """Take registrations again, until the event begins. Raises NotNow."""

    def work(session: Session) -> None:
        event = _locked(session, event_id)
        if clock.now() >= event.starts_at:
            raise NotNow(_l("The event has begun. Nobody can register any more."))
        event.closes_at = None
        _note(session, event, "reopened", actor)

    write_tx(work)


def cancel_event(event_id: int, actor: Actor, reason: str | None = None, *, tell: Tell = True) -> int:
    """Call the event off and tell everybody who holds or waits; return how many.

    Raises NotNow; ToBeTold where *tell* is None and somebody would be told.
    """

    def work(session: Session) -> int:
        event = _locked(session, event_id)
        if clock.now() >= event.ends_at:
            raise NotNow(_l("The event is over. It cannot be cancelled any more."))
        event.status = "cancelled"
        touch(event, is_moved=True)
        note = Note(
            "cancelled", organiser_id=event.organiser_id, event_id=event.id, after="cancelled", reason=reason
        )
        record(session, actor, note)
        return tell_or_ask(session, event, event_cancelled_mails(session, event_id, reason), tell)

    return write_tx(work)


def to_be_told(session: Session, event_id: int) -> int:
    """Return how many registrations hold or wait."""
    query = select(func.count()).where(
        Registration.event_id == event_id, Registration.state.not_in(rules.ENDED)
    )
    return int(session.scalar(query) or 0)


def _locked(session: Session, event_id: int) -> Event:
    # Under the gate: a registration sees the event before or after the change, never in between.
    with gates.locked(session, event_id):
        event = locked_one(session, Event, event_id)
    if event.status == DRAFT and not to_be_told(session, event_id):
        raise NotNow(_l("This event is a draft. Publish it first."))
    if event.status == CANCELLED:
        raise NotNow(_l("The event is cancelled already."))
    return event


def _note(session: Session, event: Event, action: str, actor: Actor) -> None:
    touch(event)
    record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event.id))
