"""Which registration is meant, and the steps that every change of one shares."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.notifications.notify import announce
from registration.core.refusal import NotFound, Refusal
from registration.events.models import Event
from registration.journal.services import Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.changing import Change
from registration.seats.gate import Gate
from registration.seats.models import Registration


class NotNow(Refusal):
    """The registration is in a state in which this cannot be done."""

    code = "not-now"


@dataclass(frozen=True)
class Target:
    """Which registration is meant. *booking_id* limits an attendee's link to what is hers."""

    event_id: int
    registration_id: int
    booking_id: int | None = None


def locked(session: Session, target: Target) -> AbstractContextManager[Gate]:
    """Lock the gate of the target's event, and write it back at the end of the block."""
    return gates.locked(session, target.event_id)


def registration_of(session: Session, target: Target) -> Registration:
    """Return the registration, read under the lock. Raises NotFound."""
    query = select(Registration).where(
        Registration.id == target.registration_id, Registration.event_id == target.event_id
    )
    if target.booking_id is not None:
        query = query.where(Registration.booking_id == target.booking_id)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_l("There is no such registration."))
    return found


def check_state(registration: Registration, *states: str) -> None:
    """Raise NotNow unless the registration is in one of *states*."""
    if registration.state not in states:
        raise NotNow(_l("This has changed in the meantime. Reload the page to see the current status."))


def is_called_off(session: Session, event_id: int) -> bool:
    """Say whether the event was cancelled: everybody was told, and nothing of it is news any more."""
    return session.scalar(select(Event.status).where(Event.id == event_id)) == "cancelled"


def is_moving(session: Session, registration: Registration) -> bool:
    """Say whether *registration* waits for the place of another one, or another one for its place."""
    replacing = select(Registration.id).where(
        Registration.replaces_id == registration.id, Registration.state.not_in(rules.ENDED)
    )
    return registration.replaces_id is not None or session.scalar(replacing.limit(1)) is not None


def check_decidable(session: Session, registration: Registration, *states: str) -> None:
    """Raise NotNow unless the event takes place and the registration is in one of *states*."""
    if is_called_off(session, registration.event_id):
        raise NotNow(_l("This event is cancelled, so nothing can be changed."))
    check_state(registration, *states)


def settle(
    session: Session,
    gate: Gate,
    changes: Sequence[Change],
    actor: Actor,
    reason: str | None = None,
    *,
    tells: bool = True,
    by: str = "",
) -> list[Change]:
    """Let those in line have what came free and decide the mails; return the promoted.

    *tells* says whether who was changed gets a mail; who is promoted always does.
    """
    promoted = engine.drain(session, gate, actor)
    if tells:
        announce(session, changes, actor=actor, reason=reason, by=by)
    announce(session, promoted, actor=actor)
    return promoted
