"""The counters of the pools under the gate: what is left for whom, seats taken, given back, and kept."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import Pool, Registration
from registration.seats.reservations import can_never_fit

_pool = table(Pool)
_WRITE = (
    update(_pool)
    .where(_pool.c.id == bindparam("pool"))
    .values(taken=bindparam("now_taken"), capacity=bindparam("now_capacity"), kept=bindparam("now_kept"))
)
_TAKE = (
    update(_pool)
    .where(_pool.c.id == bindparam("pool"), _pool.c.taken + bindparam("need") <= _pool.c.capacity)
    .values(taken=_pool.c.taken + bindparam("need"), kept=bindparam("now_kept"))
)
_waiting = table(Registration).c
_AHEAD = (
    select(_waiting.priority)
    .where(_waiting.event_id == bindparam("event"), _waiting.state == rules.WAITLISTED, ~can_never_fit())
    .order_by(_waiting.priority.desc(), _waiting.place)
    .limit(1)
)


class Oversold(AssertionError):
    """The guard of the last resort: a seat was decided that is not there. It means a bug."""


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


def occupy(gate: Gate, needs: Mapping[int, int]) -> int:
    """Take seats in the gate's own numbers, which `take` writes; return how many were kept for the party."""
    kept = rules.own_seats(needs, gate.rooms())
    for pool_id, need in needs.items():
        gate.pools[pool_id].taken += need
    reckon_kept(gate)
    return kept


def take(session: Session, gate: Gate, needs: Mapping[int, int]) -> None:
    """Write seats that `occupy` took under the lock. Raises Oversold."""
    for pool_id, need in sorted(needs.items()):
        kept = gate.pools[pool_id].kept
        done = session.connection().execute(_TAKE, {"pool": pool_id, "need": need, "now_kept": kept})
        if done.rowcount != 1:
            raise Oversold(pool_id)
    write_kept(session, gate, needs)


def give_back(session: Session, gate: Gate, needs: Mapping[int, int]) -> None:
    """Free the seats of *needs*; a capacity above what is wanted shrinks with them."""
    for pool_id, need in needs.items():
        pool = gate.pools[pool_id]
        pool.taken -= need
        pool.capacity = rules.capacity(pool.wanted, pool.taken)
    reckon_kept(gate)
    for pool_id in sorted(needs):
        pool = gate.pools[pool_id]
        now_is = {"now_taken": pool.taken, "now_capacity": pool.capacity, "now_kept": pool.kept}
        session.connection().execute(_WRITE, {"pool": pool_id, **now_is})
    write_kept(session, gate, needs)


def write_kept(session: Session, gate: Gate, written: Collection[int] = ()) -> None:
    """Write how many seats of the event are kept back, where that was not written along."""
    pool = gate.event_pool
    if pool.id not in written:
        session.execute(update(Pool).where(Pool.id == pool.id).values(kept=pool.kept))


def reckon_kept(gate: Gate) -> None:
    """Count what is kept of the event's seats: the reserve and what firms have left of theirs."""
    gate.event_pool.kept = gate.event_pool.reserve + sum(pool.own for pool in gate.pools.values())


def set_allotment(
    session: Session, gate: Gate, pool_id: int, allotted: int, release_at: datetime | None
) -> None:
    """Keep *allotted* seats for a firm until *release_at*; nothing is kept any more with 0."""
    gate.pools[pool_id].allotted = allotted
    reckon_kept(gate)
    session.execute(update(Pool).where(Pool.id == pool_id).values(allotted=allotted, release_at=release_at))
    write_kept(session, gate)


def spend_reserve(session: Session, gate: Gate, seats: int) -> None:
    """Let *seats* of the organiser's reserve go to somebody."""
    pool = gate.event_pool
    pool.reserve = max(0, pool.reserve - seats)
    reckon_kept(gate)
    session.execute(update(Pool).where(Pool.id == pool.id).values(reserve=pool.reserve, kept=pool.kept))
