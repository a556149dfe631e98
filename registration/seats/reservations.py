"""What those who wait in a strict line have reserved: sums by pool and priority, kept under the gate.

Nobody in a line that was walked fits, so together they reserve as much as they need of each pool, as far
as there is any: a newcomer reads a few sums, however long the line is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import table
from registration.seats import rules
from registration.seats.models import Pool, Registration, RegistrationPool, WaitingNeed

_need = table(WaitingNeed).c
_OF_POOLS = select(_need.pool_id, _need.priority, _need.need).where(among(_need.pool_id, "pools"))
_CHANGE = (
    update(table(WaitingNeed))
    .where(_need.pool_id == bindparam("pool"), _need.priority == bindparam("rank"))
    .values(need=_need.need + bindparam("more"))
)
_ADD = insert(table(WaitingNeed))


@dataclass
class Reservations:
    """The sums of one line as far as they were read, and what changed since the gate was locked."""

    known: dict[int, dict[int, int]] = field(default_factory=dict)
    changed: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, needs: Mapping[int, int], priority: int, parties: int = 1) -> None:
        """Note that a party waits from now on, or with −1 that it waits no more."""
        for pool_id, need in needs.items():
            self.changed[pool_id, priority] += parties * need

    def ahead(self, session: Session, pool_ids: Collection[int], priority: int) -> dict[int, int]:
        """Return what those of *priority* and above need of each pool in all."""
        missing = sorted(set(pool_ids) - self.known.keys())
        if missing:
            self.known |= {pool_id: {} for pool_id in missing}
            for row in session.connection().execute(_OF_POOLS, {"pools": missing}):
                self.known[row.pool_id][row.priority] = row.need
        total: dict[int, int] = defaultdict(int)
        for pool_id in pool_ids:
            for rank, need in self.known[pool_id].items():
                total[pool_id] += need if rank >= priority else 0
        for (pool_id, rank), more in self.changed.items():
            total[pool_id] += more if rank >= priority else 0
        return {pool_id: need for pool_id, need in total.items() if need > 0}

    def write(self, session: Session) -> None:
        """Write what changed; the gate is closed then."""
        run = session.connection().execute
        for (pool_id, rank), more in sorted(self.changed.items()):
            if more and not run(_CHANGE, {"pool": pool_id, "rank": rank, "more": more}).rowcount:
                run(_ADD, {"pool_id": pool_id, "priority": rank, "need": more})
        self.changed.clear()


def written_anew(session: Session, event_id: int, policy: str) -> Reservations:
    """Write the sums of an event's line anew, from those who wait."""
    pools = select(Pool.id).where(Pool.event_id == event_id)
    session.execute(
        delete(WaitingNeed).where(WaitingNeed.pool_id.in_(pools)),
        execution_options={"synchronize_session": False},
    )
    if policy == rules.STRICT:
        sums = (
            select(RegistrationPool.pool_id, Registration.priority, func.sum(RegistrationPool.need))
            .join(Registration, Registration.id == RegistrationPool.registration_id)
            .where(
                Registration.event_id == event_id,
                Registration.state == rules.WAITLISTED,
                ~can_never_fit(),
            )
            .group_by(RegistrationPool.pool_id, Registration.priority)
        )
        session.connection().execute(_ADD.from_select(["pool_id", "priority", "need"], sums))
    return Reservations()


def can_never_fit() -> ColumnElement[bool]:
    """Return the SQL condition that a registration needs more of a pool than there is."""
    return (
        exists()
        .where(
            RegistrationPool.registration_id == Registration.id,
            RegistrationPool.pool_id == Pool.id,
            RegistrationPool.need > Pool.wanted,
        )
        .correlate(Registration)
    )


def in_between(session: Session, pool_id: int, fewer: int, more: int) -> list[int]:
    """Return who waits and needs more of a pool than *fewer* seats and no more than *more*.

    They begin or cease to fit when it has as many; the index has the needs, so nobody else is read.
    """
    query = (
        select(Registration.id)
        .join(RegistrationPool, RegistrationPool.registration_id == Registration.id)
        .where(
            RegistrationPool.pool_id == pool_id,
            RegistrationPool.need > fewer,
            RegistrationPool.need <= more,
            Registration.state == rules.WAITLISTED,
        )
        .order_by(Registration.id)
    )
    return list(session.scalars(query))
