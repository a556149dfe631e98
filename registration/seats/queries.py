"""Read seats: how many are left, who waits, and what a change would do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.among import among
from registration.core.database import table
from registration.events.models import Event
from registration.seats import rules
from registration.seats.gate import Terms
from registration.seats.line import in_line, is_ahead_of, is_coming, is_holding, needs_of_many
from registration.seats.models import Pool, Queue, Registration, RegistrationPool, WaitingNeed
from registration.seats.rules import PoolKind


@dataclass(frozen=True)
class PoolSeats:
    """One limit as it stands."""

    id: int
    kind: str
    subject_id: int
    key: str
    label: str
    seats: int
    overbooking: int
    overbooking_is_percent: bool
    wanted: int
    capacity: int
    taken: int
    reserve: int
    kept: int
    allotted: int
    release_at: datetime | None
    # What those who wait in a strict line need of it.
    reserved: int = 0

    @property
    def left(self) -> int:
        """How many seats are free for everybody."""
        return max(0, self.capacity - self.taken - self.kept)

    @property
    def shown(self) -> int:
        """How many seats the public is told of: what is planned beyond them is the organiser's."""
        return min(self.seats, self.capacity)

    @property
    def shown_left(self) -> int:
        """How many free seats the public is told of, never more than there are seats."""
        return min(self.left, self.seats)

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def own(self) -> int:
        """How many seats a firm has left of what is kept for it."""
        return max(0, self.allotted - self.taken)

    def is_exceeded_by(self, need: int) -> bool:
        """Say whether *need* is more than there is; of an event that has no seats yet nobody knows."""
        return need > self.wanted and not (self.kind == PoolKind.EVENT and self.wanted == 0)

    def room_beside(self, own: int) -> int:
        """Return how many seats a party may have here that has *own* seats kept for its firm."""
        return min(self.free, self.left + own) if self.kept else self.free

    @property
    def terms(self) -> Terms:
        """What the organiser asked for."""
        return Terms(self.seats, self.overbooking, self.overbooking_is_percent, self.reserve)

    @property
    def planned(self) -> int:
        """How many are let in beyond the room's seats."""
        return self.wanted - self.seats

    @property
    def room(self) -> rules.Room:
        return rules.Room(self.free, self.kept, self.own, self.wanted)


_POOL = table(Pool).c
_QUEUE = table(Queue).c
_RESERVED = (
    select(func.coalesce(func.sum(table(WaitingNeed).c.need), 0))
    .where(table(WaitingNeed).c.pool_id == _POOL.id)
    .scalar_subquery()
    .label("reserved")
)
LIMIT = tuple(_RESERVED if one.name == "reserved" else _POOL[one.name] for one in fields(PoolSeats))


@dataclass(frozen=True)
class Availability:
    """The seats of an event: its own pool, those of its parts, and how many registrations wait.

    *may_wait* says whether the line takes one more, where the event keeps a waitlist.
    """

    event: PoolSeats
    categories: dict[int, PoolSeats]
    waiting: int
    sessions: dict[int, PoolSeats] = field(default_factory=dict)
    firms: tuple[PoolSeats, ...] = ()
    may_wait: bool = True

    @property
    def left(self) -> int:
        """How many seats are free for everybody, as the public is told."""
        return self.event.shown_left

    @property
    def pools(self) -> list[PoolSeats]:
        """Every limit that the organiser set, the event's own first."""
        return [self.event, *self.categories.values(), *self.sessions.values(), *self.firms]

    def left_in(self, category_id: int) -> int:
        """Return how many seats a person of this category may still get."""
        rooms = self.for_newcomers
        pool = self.categories.get(category_id)
        left = min(_open(rooms[self.event.id]), self.event.seats)
        return left if pool is None else min(left, _open(rooms[pool.id]), pool.seats)

    @property
    def for_newcomers(self) -> rules.Rooms:
        """What is free for who comes now: nothing that those who wait in a strict line have reserved."""
        rooms = {pool.id: pool.room for pool in self.pools}
        rules.reserve({pool.id: pool.reserved for pool in self.pools if pool.reserved}, rooms)
        return rooms


def _open(room: rules.Room) -> int:
    return max(0, room.free - room.kept)


def availability(session: Session, event_ids: Sequence[int]) -> dict[int, Availability]:
    """Return the seats of *event_ids*, in two queries however many there are.

    Of firms only those that the organiser named: a cap for every firm has a pool for each that came.
    """
    if not event_ids:
        return {}
    pools: dict[int, list[PoolSeats]] = {event_id: [] for event_id in event_ids}
    query = select(Pool.event_id, *LIMIT).where(
        among(Pool.event_id, event_ids), or_(Pool.kind != PoolKind.FIRM, Pool.allotted > 0)
    )
    for event_id, *values in session.execute(query.order_by(Pool.id)):
        pools[event_id].append(PoolSeats(*values))
    lines = select(_QUEUE.event_id, _QUEUE.waiting, _QUEUE.waitlist_limit, _QUEUE.needs_approval)
    waiting = {row.event_id: row for row in session.execute(lines.where(among(_QUEUE.event_id, event_ids)))}
    return {
        event_id: Availability(
            event=next(pool for pool in found if pool.kind == PoolKind.EVENT),
            categories={pool.subject_id: pool for pool in found if pool.kind == PoolKind.CATEGORY},
            sessions={pool.subject_id: pool for pool in found if pool.kind == PoolKind.SESSION},
            firms=tuple(pool for pool in found if pool.kind == PoolKind.FIRM),
            waiting=waiting[event_id].waiting if event_id in waiting else 0,
            may_wait=event_id in waiting and rules.may_wait(*waiting[event_id][1:]),
        )
        for event_id, found in pools.items()
        if found
    }


def pools_by_id(session: Session, pool_ids: Collection[int]) -> dict[int, PoolSeats]:
    """Return limits by their ids, those of firms included."""
    rows = session.execute(select(*LIMIT).where(among(_POOL.id, pool_ids)))
    return {row.id: PoolSeats(*row) for row in rows}


def firm_pools(session: Session, event_id: int) -> list[PoolSeats]:
    """Return the limits of all firms of an event, by their names."""
    query = select(*LIMIT).where(_POOL.event_id == event_id, _POOL.kind == PoolKind.FIRM)
    return [PoolSeats(*row) for row in session.execute(query.order_by(_POOL.label, _POOL.id))]


@dataclass(frozen=True)
class SeatsNow:
    """What somebody who registers now may expect. *left* is 0 where only the waitlist is.

    *may_wait* says whether the line takes one more, where the event keeps a waitlist.
    """

    left: int
    capacity: int
    waiting: int
    is_held_for_line: bool
    may_wait: bool = True

    @property
    def joins_waitlist(self) -> bool:
        return self.left <= 0 or self.is_held_for_line


def seats_now(seats: Availability, category_ids: Sequence[int], line_is: rules.LinePolicy) -> SeatsNow:
    """Return the seats that a newcomer can get: those of the event, and no more than its categories have.

    By hand, or once the line is frozen, free seats belong to those who wait; with the strict rule those
    that they have reserved.
    """
    left = _left_of({pool.id: pool.room for pool in seats.pools}, seats, category_ids)
    for_newcomers = _left_of(seats.for_newcomers, seats, category_ids)
    stands_still = line_is.stands_still(clock.now()) and seats.waiting > 0
    is_held = left > 0 and (stands_still or for_newcomers <= 0)
    return SeatsNow(
        min(left if is_held else for_newcomers, seats.event.seats),
        seats.event.shown,
        seats.waiting,
        is_held,
        seats.may_wait,
    )


def _left_of(rooms: rules.Rooms, seats: Availability, category_ids: Sequence[int]) -> int:
    left = _open(rooms[seats.event.id])
    if category_ids and all(one in seats.categories for one in category_ids):
        left = min(left, sum(_open(rooms[seats.categories[one].id]) for one in category_ids))
    return left


def position(session: Session, event_id: int, priority: int, place: int, part: int = 0) -> int:
    """Return the rank among those who wait now; 1 is next. The parts of a party come one by one."""
    ahead = select(func.count()).where(
        Registration.event_id == event_id,
        Registration.state == rules.WAITLISTED,
        is_ahead_of(priority, place, part),
    )
    return int(session.scalar(ahead) or 0) + 1


LINE_POLICY = tuple(_QUEUE[field.name] for field in fields(rules.LinePolicy))


def line_policy(session: Session, event_id: int) -> rules.LinePolicy:
    """Return how the free seats of an event go to whom."""
    row = session.execute(select(*LINE_POLICY).where(_QUEUE.event_id == event_id)).one()
    return rules.LinePolicy(*row)


def line_policies(session: Session, event_ids: Sequence[int]) -> dict[int, rules.LinePolicy]:
    """Return how the free seats of each event go to whom, in one query."""
    query = select(_QUEUE.event_id, *LINE_POLICY).where(among(_QUEUE.event_id, event_ids))
    return {event_id: rules.LinePolicy(*values) for event_id, *values in session.execute(query)}


def line(session: Session, event_id: int) -> list[rules.Waiting]:
    """Return everybody who waits, in order, with what they need."""
    ids = list(
        session.scalars(
            select(Registration.id)
            .where(Registration.event_id == event_id, Registration.state == rules.WAITLISTED)
            .order_by(*in_line())
        )
    )
    needs = needs_of_many(session, ids)
    return [rules.Waiting(registration_id, needs[registration_id]) for registration_id in ids]


@dataclass(frozen=True)
class Preview:
    """What other terms would do: whom they promote, who would sit beyond them, who could never fit."""

    promoted: list[int]
    beyond: int
    over: list[int]
    too_large: list[int]


def preview(session: Session, event_id: int, pool_id: int, terms: Terms) -> Preview:
    """Return what `set_wanted` and `drain` would do now, by the same rule."""
    seats = availability(session, [event_id])[event_id]
    waiting = line(session, event_id)
    needed = {one for each in waiting for one in each.needs} | {pool.id for pool in seats.pools}
    pools = pools_by_id(session, needed)
    rooms = {one.id: one.room for one in pools.values()}
    pool = pools[pool_id]
    rooms[pool_id].free = rules.capacity(terms.wanted, pool.taken) - pool.taken
    rooms[pool_id].most = terms.wanted
    if pool.kind == PoolKind.EVENT:
        rooms[pool_id].kept = pool.kept - pool.reserve + terms.reserve
    beyond = max(0, pool.taken - terms.wanted)
    line_is = line_policy(session, event_id)
    comes = takes_place(session, event_id)
    stands_still = line_is.stands_still(clock.now()) or not comes
    chosen = [] if stands_still else rules.admitted(rooms, waiting, line_is.policy)
    falling = _falling(pools, replace(pool, wanted=terms.wanted), waiting) if comes else []
    return Preview([one.registration_id for one in chosen], beyond, _over(session, pool_id, beyond), falling)


def _falling(pools: Mapping[int, PoolSeats], other: PoolSeats, waiting: Sequence[rules.Waiting]) -> list[int]:
    """Return who could fit and never can when one of *pools* is as the *other*."""
    return [
        one.registration_id
        for one in waiting
        if other.is_exceeded_by(one.needs.get(other.id, 0))
        and not any(pools[pool_id].is_exceeded_by(need) for pool_id, need in one.needs.items())
    ]


def takes_place(session: Session, event_id: int) -> bool:
    """Say whether seats of an event are still given: it is neither cancelled nor over."""
    query = select(Event.id).where(Event.id == event_id, *is_coming())
    return session.scalar(query) is not None


def _over(session: Session, pool_id: int, beyond: int) -> list[int]:
    """Return the registrations that were seated last in a pool, as many as sit *beyond* it."""
    if beyond <= 0:
        return []
    rows = session.execute(
        select(Registration.id, RegistrationPool.need)
        .join(RegistrationPool, RegistrationPool.registration_id == Registration.id)
        .where(RegistrationPool.pool_id == pool_id, is_holding())
        .order_by(Registration.seated_step.desc(), Registration.id.desc())
        .limit(beyond)
    )
    found: list[int] = []
    for row in rows:
        if beyond <= 0:
            break
        found.append(row.id)
        beyond -= row.need
    return found
