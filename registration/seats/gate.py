"""The gate of an event: locked before anything is read, with its pools as they are under the lock."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import table
from registration.seats import rules
from registration.seats.models import Pool, Queue
from registration.seats.reservations import Reservations
from registration.seats.rules import PoolKind

_queue, _pool = table(Queue), table(Pool)
_LIMIT = (
    _pool.c.event_id,
    _pool.c.id,
    _pool.c.kind,
    _pool.c.subject_id,
    _pool.c.key,
    _pool.c.wanted,
    _pool.c.capacity,
    _pool.c.taken,
    _pool.c.reserve,
    _pool.c.kept,
    _pool.c.allotted,
    _pool.c.told_wanted,
    _pool.c.told_kept,
)
# Of firms only those with an allotment: there may be a pool for each firm that ever came.
_POOLS = (
    select(*_LIMIT)
    .where(
        among(_pool.c.event_id, "ids"),
        (_pool.c.kind != PoolKind.FIRM) | (_pool.c.allotted > 0),
    )
    .order_by(_pool.c.id)
)
_FIRMS = select(*_LIMIT).where(
    _pool.c.event_id == bindparam("event"),
    _pool.c.kind == PoolKind.FIRM,
    _pool.c.subject_id == 0,
    among(_pool.c.key, "keys"),
)
# The event with the id: a pool of another event never comes under this gate.
_BY_ID = select(*_LIMIT).where(_pool.c.event_id == bindparam("event"), among(_pool.c.id, "ids"))
# NO KEY UPDATE: rows that refer to the gate must not deadlock on it.
LOCK = (
    select(_queue)
    .where(among(_queue.c.event_id, "ids"))
    .order_by(_queue.c.event_id)
    .with_for_update(key_share=True)
)
_CLOSE = (
    update(_queue)
    .where(_queue.c.event_id == bindparam("event"))
    .values(
        next_place=bindparam("place"),
        step=bindparam("to_step"),
        is_draining=bindparam("draining"),
        waiting=bindparam("in_line"),
        ledger_number=bindparam("number"),
        ledger_hash=bindparam("last_hash"),
    )
)


class GateMissing(LookupError):
    """The event has no gate: it was never given a capacity."""


@dataclass
class Limit:
    """One pool under the lock."""

    id: int
    kind: str
    subject_id: int
    key: str
    wanted: int
    capacity: int
    taken: int
    reserve: int
    kept: int
    allotted: int
    # What the ledger says of it, None where it says nothing yet.
    told_wanted: int | None = None
    told_kept: int | None = None

    @property
    def keeps(self) -> int:
        """How many seats are kept back by it: the organiser's reserve, or what is allotted to a firm."""
        return self.reserve if self.kind == "event" else self.allotted

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def own(self) -> int:
        """How many seats a firm has left of what is kept for it."""
        return max(0, self.allotted - self.taken)


@dataclass
class Gate:
    """A locked gate with its pools as they are under the lock."""

    event_id: int
    next_place: int
    step: int
    policy: str
    is_draining: bool
    waiting: int
    promotion: str
    offer_hours: int
    quiet_from: int | None
    quiet_until: int | None
    direct_hours: int
    freezes_at: datetime | None
    waitlist_limit: int | None
    needs_approval: bool
    confirms_address: bool
    hold_minutes: int
    firm_cap: int | None
    firm_cap_by: str
    limits_firms: bool
    ledger_number: int
    ledger_hash: str
    publishes_ledger: bool
    pools: dict[int, Limit] = field(default_factory=dict)
    # That of the event itself, among them.
    event_pool: Limit = field(init=False)
    # The highest priority that waits, as far as is known: of those admitted here, and of those written
    # before once they were asked for; None where nobody does.
    waiting_priority: int | None = None
    knows_waiting: bool = False
    reservations: Reservations = field(default_factory=Reservations)

    def rooms(self) -> rules.Rooms:
        """Return what is free of each pool, for the rules."""
        return {
            pool.id: rules.Room(pool.free, pool.kept, pool.own, pool.wanted) for pool in self.pools.values()
        }

    def count_waiting(self, needs: Mapping[int, int], priority: int, parties: int = 1) -> None:
        """Note what a party needs that waits from now on, or with −1 waits no more."""
        if self.policy == rules.STRICT and rules.can_ever_fit(needs, self.rooms()):
            self.reservations.add(needs, priority, parties)

    def stands_still(self, now: datetime) -> bool:
        """Say whether nobody is promoted by itself now."""
        return rules.stands_still(self.promotion, self.freezes_at, now)

    def meet_waiting(self, priority: int | None) -> None:
        """Remember that somebody of *priority* waits."""
        if priority is not None:
            known = self.waiting_priority
            self.waiting_priority = priority if known is None else max(known, priority)

    def forget_waiting(self) -> None:
        """Ask again who waits, since that has changed."""
        self.waiting_priority, self.knows_waiting = None, False


_COLUMNS = frozenset(one.name for one in fields(Gate))


def lock(session: Session, event_ids: Iterable[int]) -> dict[int, Gate]:
    """Lock the gates of *event_ids*, in the order of their ids, and return them with their pools.

    The first statement of a transaction, as `close` is the last: `locked` does both. Raises GateMissing.
    """
    wanted = sorted(set(event_ids))
    gates = {
        row["event_id"]: Gate(**{name: value for name, value in row.items() if name in _COLUMNS})
        for row in session.connection().execute(LOCK, {"ids": wanted}).mappings()
    }
    for event_id in wanted:
        if event_id not in gates:
            raise GateMissing(event_id)
        gates[event_id].step += 1
    for row in session.connection().execute(_POOLS, {"ids": wanted}):
        _keep(gates[row.event_id], row)
    return gates


def hold(session: Session, event_ids: Iterable[int]) -> None:
    """Let what concerns these events come one after the other, where their gates stay as they are.

    This is the first statement of a transaction. Raises GateMissing.
    """
    wanted = set(event_ids)
    held = {row.event_id for row in session.connection().execute(LOCK, {"ids": sorted(wanted)})}
    for event_id in sorted(wanted - held):
        raise GateMissing(event_id)


@contextmanager
def all_locked(session: Session, event_ids: Iterable[int]) -> Iterator[dict[int, Gate]]:
    """Lock gates, and write them back when the block ends without an exception. Raises GateMissing.

    Who locks the same gate within fails: the outer one would be written over what the inner one did.
    """
    wanted, is_open = set(event_ids), session.info.setdefault("open gates", set())
    if wanted & is_open:
        raise AssertionError(f"locked already: {sorted(wanted & is_open)}")
    is_open.update(wanted)
    try:
        found = lock(session, wanted)
        yield found
        for gate in found.values():
            close(session, gate)
    finally:
        is_open.difference_update(wanted)


@contextmanager
def locked(session: Session, event_id: int) -> Iterator[Gate]:
    """Lock one gate, and write it back when the block ends without an exception. Raises GateMissing."""
    with all_locked(session, [event_id]) as found:
        yield found[event_id]


def load_firms(session: Session, gate: Gate, firms: Mapping[str, str]) -> None:
    """Bring the pools of *firms* (label by key) under the gate; where every firm has a cap, make them."""
    known = {pool.key for pool in gate.pools.values() if pool.kind == PoolKind.FIRM}
    missing = sorted(set(firms) - known)
    if not missing:
        return
    for row in session.connection().execute(_FIRMS, {"event": gate.event_id, "keys": missing}):
        known.add(_keep(gate, row).key)
    if gate.firm_cap is None:
        return
    for key in missing:
        if key not in known:
            pool_id = add_pool(session, gate.event_id, "firm", 0, gate.firm_cap, key=key, label=firms[key])
            gate.pools[pool_id] = Limit(
                pool_id, "firm", 0, key, gate.firm_cap, gate.firm_cap, taken=0, reserve=0, kept=0, allotted=0
            )


def load_pools(session: Session, gate: Gate, pool_ids: Collection[int]) -> None:
    """Bring pools that somebody in line needs under the gate."""
    missing = sorted(set(pool_ids) - set(gate.pools))
    if missing:
        for row in session.connection().execute(_BY_ID, {"event": gate.event_id, "ids": missing}):
            _keep(gate, row)


@dataclass(frozen=True)
class Terms:
    """What the organiser asks of a pool: the room's seats, what is planned beyond, what is kept back."""

    seats: int
    overbooking: int = 0
    is_percent: bool = False
    reserve: int = 0

    @property
    def wanted(self) -> int:
        return rules.wanted(self.seats, self.overbooking, self.is_percent)


def close(session: Session, gate: Gate) -> None:
    """Write the gate back; the last step before the commit."""
    now_is = {
        "event": gate.event_id,
        "place": gate.next_place,
        "to_step": gate.step,
        "draining": gate.is_draining,
        "in_line": gate.waiting,
        "number": gate.ledger_number,
        "last_hash": gate.ledger_hash,
    }
    session.connection().execute(_CLOSE, now_is)
    gate.reservations.write(session)


def open_queue(
    session: Session, event_id: int, wanted: int, policy: str = rules.FIRST_FIT, **terms: Any
) -> None:
    """Give a new event its gate and its pool; *terms* are further columns of the queue."""
    values = {"next_place": 1, "step": 0, "is_draining": False} | terms
    session.execute(insert(Queue).values(event_id=event_id, policy=policy, **values))
    add_pool(session, event_id, "event", 0, wanted)


def add_pool(
    session: Session, event_id: int, kind: str, subject_id: int, seats: int, taken: int = 0, key: str = "",
    label: str = "",
) -> int:  # fmt: skip
    """Add a limit and return its id."""
    return session.execute(
        insert(Pool)
        .values(
            event_id=event_id,
            kind=kind,
            subject_id=subject_id,
            key=key,
            label=label,
            seats=seats,
            wanted=seats,
            capacity=rules.capacity(seats, taken),
            taken=taken,
        )
        .returning(Pool.id)
    ).scalar_one()


def _keep(gate: Gate, row: Any) -> Limit:
    values = dict(row._mapping)
    values.pop("event_id")
    limit = gate.pools[row.id] = Limit(**values)
    if limit.kind == PoolKind.EVENT:
        gate.event_pool = limit
    return limit


def add_to_gate(session: Session, gate: Gate, pool_id: int) -> Limit:
    """Bring one pool under the gate and return it."""
    load_pools(session, gate, [pool_id])
    return gate.pools[pool_id]
