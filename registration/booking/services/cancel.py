"""Give seats back: a whole registration, or one attendee of it."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registration.booking.messages import announce, announce_shrunk
from registration.booking.models import Attendee
from registration.booking.needs import members_of, needs_of
from registration.core import clock
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.journal.services import Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.models import Registration


@dataclass(frozen=True)
class Target:
    """Which registration is meant. *booking_id* limits an attendee's link to what is hers."""

    event_id: int
    registration_id: int
    booking_id: int | None = None


def cancel(target: Target, actor: Actor, reason: str | None = None, *, tells: bool = True) -> None:
    """Cancel a registration and promote whoever is next, in one step; again is no error.

    *tells* says whether the person herself gets a mail; who is promoted always does.
    Raises NotFound, Unavailable.
    """
    write_tx(lambda session: _cancel(session, target, actor, reason, tells=tells))


def cancel_attendee(target: Target, attendee_id: int, actor: Actor, reason: str | None = None) -> None:
    """Give back one attendee's seat; the last one's cancels the registration. Raises NotFound."""
    write_tx(lambda session: _cancel_attendee(session, target, attendee_id, actor, reason))


def _cancel(session: Session, target: Target, actor: Actor, reason: str | None, *, tells: bool) -> None:
    gate = gates.lock(session, [target.event_id])[target.event_id]
    if _state(session, target) in rules.ENDED:
        return
    change = engine.release(session, gate, target.registration_id, rules.CANCELLED, actor, reason)
    changes = [change] if tells else []
    changes += engine.drain(session, gate, actor)
    gates.close(session, gate)
    announce(session, changes, actor=actor, reason=reason)


def _cancel_attendee(
    session: Session, target: Target, attendee_id: int, actor: Actor, reason: str | None
) -> None:
    gate = gates.lock(session, [target.event_id])[target.event_id]
    if _state(session, target) in rules.ENDED:
        return
    attendee = session.execute(
        select(Attendee.removed_at).where(
            Attendee.id == attendee_id, Attendee.registration_id == target.registration_id
        )
    ).one_or_none()
    if attendee is None:
        raise NotFound(_("There is no such attendee in this registration."))
    if attendee.removed_at is not None:
        return
    if _present(session, target.registration_id) == 1:
        changes = [engine.release(session, gate, target.registration_id, rules.CANCELLED, actor, reason)]
    else:
        session.execute(update(Attendee).where(Attendee.id == attendee_id).values(removed_at=clock.now()))
        left = list(members_of(session, target.registration_id).values())
        needs = needs_of(session, gate, left)
        engine.change_needs(session, gate, target.registration_id, len(left), needs, actor)
        changes = []
        announce_shrunk(session, target.registration_id)
    changes += engine.drain(session, gate, actor)
    gates.close(session, gate)
    announce(session, changes, actor=actor, reason=reason)


def _state(session: Session, target: Target) -> str:
    query = select(Registration.state).where(
        Registration.id == target.registration_id, Registration.event_id == target.event_id
    )
    if target.booking_id is not None:
        query = query.where(Registration.booking_id == target.booking_id)
    state = session.scalar(query)
    if state is None:
        raise NotFound(_("There is no such registration."))
    return state


def _present(session: Session, registration_id: int) -> int:
    query = select(func.count()).where(
        Attendee.registration_id == registration_id, Attendee.removed_at.is_(None)
    )
    return int(session.scalar(query) or 0)
