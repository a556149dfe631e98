"""Read seats: how many are left, who waits, and what a change would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from registration.seats import rules
from registration.seats.engine import needs_of_many
from registration.seats.models import Pool, Queue, Registration


@dataclass(frozen=True)
class PoolSeats:
    """One limit as it stands."""

    id: int
    kind: str
    subject_id: int
    wanted: int
    capacity: int
    taken: int

    @property
    def left(self) -> int:
        return self.capacity - self.taken


@dataclass(frozen=True)
class Availability:
    """The seats of an event: its own pool, those of its categories, and how many parties wait."""

    event: PoolSeats
    categories: dict[int, PoolSeats]
    waiting: int

    @property
    def left(self) -> int:
        return self.event.left

    def left_in(self, category_id: int) -> int:
        """Return how many seats a person of this category may still get."""
        pool = self.categories.get(category_id)
        return self.event.left if pool is None else min(self.event.left, pool.left)


def availability(session: Session, event_ids: Sequence[int]) -> dict[int, Availability]:
    """Return the seats of *event_ids*, in two queries however many there are."""
    pools: dict[int, list[PoolSeats]] = {event_id: [] for event_id in event_ids}
    rows = session.execute(
        select(
            Pool.event_id,
            Pool.id,
            Pool.kind,
            Pool.subject_id,
            Pool.wanted,
            Pool.capacity,
            Pool.taken,
        ).where(Pool.event_id.in_(event_ids))
    )
    for row in rows:
        pools[row.event_id].append(
            PoolSeats(row.id, row.kind, row.subject_id, row.wanted, row.capacity, row.taken)
        )
    waiting = {
        row.event_id: row.waiting
        for row in session.execute(
            select(Registration.event_id, func.count().label("waiting"))
            .where(Registration.event_id.in_(event_ids), Registration.state == rules.WAITLISTED)
            .group_by(Registration.event_id)
        )
    }
    return {
        event_id: Availability(
            event=next(pool for pool in found if pool.kind == "event"),
            categories={pool.subject_id: pool for pool in found if pool.kind == "category"},
            waiting=waiting.get(event_id, 0),
        )
        for event_id, found in pools.items()
        if found
    }


@dataclass(frozen=True)
class SeatsNow:
    """What somebody who registers now may expect. *left* is 0 where only the waitlist is."""

    left: int
    capacity: int
    waiting: int
    is_held_for_line: bool

    @property
    def joins_waitlist(self) -> bool:
        return self.left <= 0 or self.is_held_for_line


def seats_now(seats: Availability, category_ids: Sequence[int], policy: str) -> SeatsNow:
    """Return the seats that a newcomer can get: those of the event, and no more than its categories have.

    With the strict rule, free seats belong to the party at the head of the line even if it does not
    fit yet.
    """
    left = seats.left
    if category_ids and all(one in seats.categories for one in category_ids):
        left = min(left, sum(seats.categories[one].left for one in category_ids))
    is_held = policy == rules.STRICT and seats.waiting > 0 and left > 0
    return SeatsNow(left, seats.event.capacity, seats.waiting, is_held)


def position(session: Session, event_id: int, priority: int, place: int) -> int:
    """Return the rank among those who wait now; 1 is next."""
    ahead = select(func.count()).where(
        Registration.event_id == event_id,
        Registration.state == rules.WAITLISTED,
        or_(
            Registration.priority > priority,
            and_(Registration.priority == priority, Registration.place < place),
        ),
    )
    return int(session.scalar(ahead) or 0) + 1


def policy_of(session: Session, event_id: int) -> str:
    return str(session.scalar(select(Queue.policy).where(Queue.event_id == event_id)) or rules.FIRST_FIT)


def line(session: Session, event_id: int) -> list[rules.Waiting]:
    """Return everybody who waits, in order, with what they need."""
    ids = list(
        session.scalars(
            select(Registration.id)
            .where(Registration.event_id == event_id, Registration.state == rules.WAITLISTED)
            .order_by(Registration.priority.desc(), Registration.place)
        )
    )
    needs = needs_of_many(session, ids)
    return [rules.Waiting(registration_id, needs[registration_id]) for registration_id in ids]


@dataclass(frozen=True)
class Preview:
    """What another capacity would do: whom it promotes, and how many would sit beyond it."""

    promoted: list[int]
    beyond: int


def preview(session: Session, event_id: int, pool_id: int, wanted: int) -> Preview:
    """Return what `set_wanted` and `drain` would do now, by the same rule."""
    seats = availability(session, [event_id])[event_id]
    free: dict[int, int] = {}
    beyond = 0
    for pool in (seats.event, *seats.categories.values()):
        capacity = pool.capacity
        if pool.id == pool_id:
            capacity = rules.capacity(wanted, pool.taken)
            beyond = max(0, pool.taken - wanted)
        free[pool.id] = capacity - pool.taken
    chosen = rules.admitted(free, line(session, event_id), policy_of(session, event_id))
    return Preview([waiting.registration_id for waiting in chosen], beyond)
