"""The gate of an event: locked before anything is read, with its pools as they are under the lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from registration.core.database import table
from registration.journal.services import Actor, Note, record
from registration.seats import rules
from registration.seats.models import Pool, Queue

_queue, _pool = table(Queue), table(Pool)
_POOLS = (
    select(
        _pool.c.event_id,
        _pool.c.id,
        _pool.c.kind,
        _pool.c.subject_id,
        _pool.c.wanted,
        _pool.c.capacity,
        _pool.c.taken,
    )
    .where(_pool.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(_pool.c.id)
)
# NO KEY UPDATE: rows that refer to the gate must not deadlock on it.
LOCK = (
    select(_queue.c.event_id, _queue.c.next_place, _queue.c.step, _queue.c.policy, _queue.c.is_draining)
    .where(_queue.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(_queue.c.event_id)
    .with_for_update(key_share=True)
)
_CLOSE = (
    update(_queue)
    .where(_queue.c.event_id == bindparam("event"))
    .values(next_place=bindparam("place"), step=bindparam("to_step"), is_draining=bindparam("draining"))
)


class GateMissing(LookupError):
    """The event has no gate: it was never given a capacity."""


@dataclass
class Gate:
    """A locked gate with its pools as they are under the lock."""

    event_id: int
    next_place: int
    step: int
    policy: str
    is_draining: bool
    pools: dict[int, "Limit"] = field(default_factory=dict)
    # The highest priority that waits, once asked for; None where nobody does.
    waiting_priority: int | None = None
    knows_waiting: bool = False

    @property
    def event_pool(self) -> "Limit":
        return next(pool for pool in self.pools.values() if pool.kind == "event")

    def free(self) -> dict[int, int]:
        return {pool.id: pool.capacity - pool.taken for pool in self.pools.values()}

    def needs(self, size: int, categories: Mapping[int, int]) -> dict[int, int]:
        """Return what a party of *size* with so many of each category needs of which pool."""
        needs = {self.event_pool.id: size}
        for pool in self.pools.values():
            if pool.kind == "category" and categories.get(pool.subject_id):
                needs[pool.id] = categories[pool.subject_id]
        return needs


@dataclass
class Limit:
    """One pool under the lock."""

    id: int
    kind: str
    subject_id: int
    wanted: int
    capacity: int
    taken: int


def lock(session: Session, event_ids: Iterable[int]) -> dict[int, Gate]:
    """Lock the gates of *event_ids*, in the order of their ids, and return them with their pools.

    This is the first statement of a transaction. Raises GateMissing.
    """
    wanted = sorted(set(event_ids))
    rows = session.connection().execute(LOCK, {"ids": wanted}).all()
    gates = {row.event_id: Gate(**row._mapping) for row in rows}
    for event_id in wanted:
        if event_id not in gates:
            raise GateMissing(event_id)
        gates[event_id].step += 1
    for pool in session.connection().execute(_POOLS, {"ids": wanted}):
        limit = Limit(pool.id, pool.kind, pool.subject_id, pool.wanted, pool.capacity, pool.taken)
        gates[pool.event_id].pools[pool.id] = limit
    return gates


def set_wanted(session: Session, gate: Gate, pool_id: int, wanted: int, actor: Actor) -> None:
    """Ask for another capacity of a pool; lowering it un-seats nobody."""
    pool = gate.pools[pool_id]
    before, pool.wanted = pool.wanted, wanted
    pool.capacity = rules.capacity(wanted, pool.taken)
    session.execute(update(Pool).where(Pool.id == pool_id).values(wanted=pool.wanted, capacity=pool.capacity))
    note = Note(
        "capacity",
        event_id=gate.event_id,
        before=str(before),
        after=str(wanted),
        facts={"pool": pool.kind, "subject": pool.subject_id},
    )
    record(session, actor, note)


def close(session: Session, gate: Gate) -> None:
    """Write the gate back; the last step before the commit."""
    now_is = {
        "event": gate.event_id,
        "place": gate.next_place,
        "to_step": gate.step,
        "draining": gate.is_draining,
    }
    session.connection().execute(_CLOSE, now_is)


def open_queue(session: Session, event_id: int, wanted: int, policy: str = rules.FIRST_FIT) -> None:
    """Give a new event its gate and its pool."""
    session.execute(
        insert(Queue).values(event_id=event_id, next_place=1, step=0, policy=policy, is_draining=False)
    )
    add_pool(session, event_id, "event", 0, wanted)


def add_pool(session: Session, event_id: int, kind: str, subject_id: int, wanted: int, taken: int = 0) -> int:
    """Add a limit and return its id."""
    return session.execute(
        insert(Pool)
        .values(
            event_id=event_id,
            kind=kind,
            subject_id=subject_id,
            wanted=wanted,
            capacity=rules.capacity(wanted, taken),
            taken=taken,
        )
        .returning(Pool.id)
    ).scalar_one()


_TAKE = (
    update(_pool)
    .where(_pool.c.id == bindparam("pool"), _pool.c.taken + bindparam("need") <= _pool.c.capacity)
    .values(taken=_pool.c.taken + bindparam("need"))
)


class Oversold(AssertionError):
    """The guard of the last resort: a seat was decided that is not there. It means a bug."""


def take(session: Session, needs: Mapping[int, int]) -> None:
    """Take seats of pools that were decided on under the lock. Raises Oversold."""
    for pool_id, need in sorted(needs.items()):
        done = session.connection().execute(_TAKE, {"pool": pool_id, "need": need})
        if done.rowcount != 1:
            raise Oversold(pool_id)


def give_back(session: Session, gate: Gate, needs: Mapping[int, int]) -> None:
    for pool_id, need in sorted(needs.items()):
        left = Pool.taken - need
        session.execute(
            update(Pool)
            .where(Pool.id == pool_id)
            .values(taken=left, capacity=case((Pool.wanted > left, Pool.wanted), else_=left))
        )
        pool = gate.pools[pool_id]
        pool.taken -= need
        pool.capacity = rules.capacity(pool.wanted, pool.taken)
