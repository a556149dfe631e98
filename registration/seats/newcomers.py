"""What is left for somebody who comes now: nothing that those who wait have reserved."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import Registration
from registration.seats.reservations import can_never_fit

_waiting = table(Registration).c
_AHEAD = (
    select(_waiting.priority)
    .where(_waiting.event_id == bindparam("event"), _waiting.state == rules.WAITLISTED, ~can_never_fit())
    .order_by(_waiting.priority.desc(), _waiting.place)
    .limit(1)
)


def left_for(
    session: Session, gate: Gate, priority: int, rooms: rules.Rooms | None = None
) -> rules.Rooms | None:
    """Return what a newcomer of *priority* may have, or None where somebody ahead must be asked first.

    *rooms* is what is free, where that is not what the gate says. With first_fit nobody who waits fits
    (that is the invariant), so a newcomer who fits passes no one; in a strict line those ahead have
    reserved what they need. While a promotion is under way, and where nobody is promoted by itself,
    whoever waits comes first.
    """
    rooms = gate.rooms() if rooms is None else rooms
    if gate.is_draining:
        return None
    if gate.waiting == 0:
        return rooms
    if gate.stands_still(clock.now()):
        return None if _is_somebody_ahead(session, gate, priority) else rooms
    if gate.policy == rules.STRICT:
        rules.reserve(gate.reservations.ahead(session, gate.pools, priority), rooms)
    return rooms


def _is_somebody_ahead(session: Session, gate: Gate, priority: int) -> bool:
    if not gate.knows_waiting:
        gate.meet_waiting(session.connection().execute(_AHEAD, {"event": gate.event_id}).scalar())
        gate.knows_waiting = True
    return gate.waiting_priority is not None and gate.waiting_priority >= priority
