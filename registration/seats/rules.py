"""The rules of seats: values in, decision out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class State(StrEnum):
    """Where a registration stands; ARROWS says what may follow."""

    UNVERIFIED = "unverified"
    PENDING = "pending"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"
    REJECTED = "rejected"


class Policy(StrEnum):
    """How the waitlist is walked."""

    FIRST_FIT = "first_fit"
    STRICT = "strict"


class Promotion(StrEnum):
    """How free seats go to the waitlist: at once, as an offer to be answered, or by the organiser's hand."""

    DIRECT = "direct"
    OFFER = "offer"
    MANUAL = "manual"


class FirmMatch(StrEnum):
    """How a firm is known: by its name as typed, or by the domain of the address."""

    NAME = "name"
    DOMAIN = "domain"


class PoolKind(StrEnum):
    """What a limit is of."""

    EVENT = "event"
    CATEGORY = "category"
    SESSION = "session"
    FIRM = "firm"


UNVERIFIED, PENDING, WAITLISTED, OFFERED = State.UNVERIFIED, State.PENDING, State.WAITLISTED, State.OFFERED
CONFIRMED, CANCELLED = State.CONFIRMED, State.CANCELLED
DECLINED, EXPIRED, REJECTED = State.DECLINED, State.EXPIRED, State.REJECTED
FIRST_FIT, STRICT = Policy.FIRST_FIT, Policy.STRICT
DIRECT, OFFER, MANUAL = Promotion.DIRECT, Promotion.OFFER, Promotion.MANUAL
BY_NAME, BY_DOMAIN = FirmMatch.NAME, FirmMatch.DOMAIN

# The only arrows there are; anything else is refused.
ARROWS: Mapping[State, frozenset[State]] = {
    UNVERIFIED: frozenset({PENDING, WAITLISTED, CONFIRMED, EXPIRED, CANCELLED}),
    PENDING: frozenset({WAITLISTED, CONFIRMED, REJECTED, CANCELLED}),
    WAITLISTED: frozenset({OFFERED, CONFIRMED, CANCELLED, EXPIRED}),
    OFFERED: frozenset({CONFIRMED, DECLINED, EXPIRED, CANCELLED}),
    CONFIRMED: frozenset({CANCELLED}),
    CANCELLED: frozenset(),
    DECLINED: frozenset(),
    EXPIRED: frozenset(),
    REJECTED: frozenset(),
}
STATES = tuple(ARROWS)
ENDED = frozenset(state for state, following in ARROWS.items() if not following)
HOLDING = frozenset({UNVERIFIED, OFFERED, CONFIRMED})

MOST_SEATS = 1_000_000
MOST_OFFER_HOURS = 24 * 60


class ForbiddenArrow(Exception):
    """A change of state that the table above does not know."""


def check_arrow(before: str, after: str) -> None:
    """Raise ForbiddenArrow unless a registration may go from *before* to *after*."""
    if State(after) not in ARROWS[State(before)]:
        raise ForbiddenArrow(f"{before} → {after}")


def capacity(wanted: int, taken: int) -> int:
    """Return the capacity in force: what is wanted, but nobody who sits is un-seated."""
    return max(wanted, taken)


def wanted(seats: int, overbooking: int, is_percent: bool) -> int:
    """Return how many are let in: the room's *seats* and what is planned beyond them."""
    return seats + (seats * overbooking // 100 if is_percent else overbooking)


@dataclass
class Room:
    """What one limit has left.

    *free* are the seats that nobody has; *kept* of them wait for somebody named: the organiser's
    reserve and what firms have left of their allotments. *own* is what a firm has left of its own.
    *most* are the seats that there are when nobody sits: who needs more can never fit.
    """

    free: int
    kept: int = 0
    own: int = 0
    most: int = MOST_SEATS


Rooms = dict[int, Room]


@dataclass(frozen=True)
class Waiting:
    """A registration in line, with what it needs of which pool."""

    registration_id: int
    needs: Mapping[int, int]


@dataclass(frozen=True)
class LinePolicy:
    """How an event's free seats go to whom, as everybody is told (models.Queue has the columns)."""

    policy: str = FIRST_FIT
    promotion: str = DIRECT
    offer_hours: int = 24
    quiet_from: int | None = None
    quiet_until: int | None = None
    direct_hours: int = 0
    freezes_at: datetime | None = None
    waitlist_limit: int | None = None
    needs_approval: bool = False
    confirms_address: bool = False
    hold_minutes: int = 30
    firm_cap: int | None = None
    firm_cap_by: str = BY_NAME
    publishes_ledger: bool = False

    def stands_still(self, now: datetime) -> bool:
        """Say whether nobody is promoted by itself now."""
        return stands_still(self.promotion, self.freezes_at, now)


def stands_still(promotion: str, freezes_at: datetime | None, now: datetime) -> bool:
    """Say whether nobody is promoted by itself: seats go by hand, or the line is frozen."""
    return promotion == MANUAL or (freezes_at is not None and now >= freezes_at)


def may_wait(waiting: int, limit: int | None, needs_approval: bool) -> bool:
    """Say whether one more may register to wait; who is decided on first may always ask."""
    return needs_approval or limit is None or waiting < limit


def makes_offers(promotion: str, direct_hours: int, starts_at: datetime, now: datetime) -> bool:
    """Say whether a seat that comes free *now* is offered, and not given for good."""
    return promotion == OFFER and now < starts_at - timedelta(hours=direct_hours)


def fits(needs: Mapping[int, int], rooms: Mapping[int, Room]) -> bool:
    """Say whether all of *needs* is free; a firm's people may have what is kept for their firm."""
    own = own_seats(needs, rooms)
    for pool_id, need in needs.items():
        room = rooms.get(pool_id)
        if room is None or need > room.free:
            return False
        if room.kept and need - own > max(0, room.free - room.kept):
            return False
    return True


def occupy(needs: Mapping[int, int], rooms: Mapping[int, Room]) -> None:
    """Take *needs* out of *rooms*."""
    own = own_seats(needs, rooms)
    for pool_id, need in needs.items():
        room = rooms[pool_id]
        room.free -= need
        room.own = max(0, room.own - need)
        if room.kept:
            room.kept -= own


def can_ever_fit(needs: Mapping[int, int], rooms: Mapping[int, Room]) -> bool:
    """Say whether *needs* is no more than there is of each limit, were nobody else there."""
    return all(need <= rooms[pool_id].most for pool_id, need in needs.items() if pool_id in rooms)


def reserve(needs: Mapping[int, int], rooms: Mapping[int, Room]) -> None:
    """Take as much of *needs* out of *rooms* as is there: nobody behind may have it.

    A firm's people reserve out of what is kept for them first. Several parties of whom none fits reserve
    the same one after the other as all of them together, so *needs* may be their sum.
    """
    own = own_seats(needs, rooms)
    for pool_id, need in needs.items():
        room = rooms.get(pool_id)
        if room is None:
            continue
        within_reach = min(room.free, own + max(0, room.free - room.kept)) if room.kept else room.free
        reserved = min(need, within_reach)
        room.free -= reserved
        room.own = max(0, room.own - need)
        if room.kept:
            room.kept -= min(own, reserved)


def is_some_left(event: Room, rooms: Mapping[int, Room]) -> bool:
    """Say whether somebody could still get a seat of the *event*: an open one, or one kept for her firm."""
    return event.free > 0 and (event.free > event.kept or any(room.own > 0 for room in rooms.values()))


def walk(left: Mapping[int, Room], line: Iterable[Waiting], policy: str) -> list[Waiting]:
    """Return who of *line* gets seats now, in order, and take out of *left* what they get or reserve.

    `first_fit` passes over those whose party does not fit, so that no seat stays empty. With `strict` they
    reserve what there is of their need: nobody behind delays anybody ahead, and who delays nobody sits.
    """
    chosen: list[Waiting] = []
    for waiting in line:
        if fits(waiting.needs, left):
            chosen.append(waiting)
            occupy(waiting.needs, left)
        elif policy == STRICT and can_ever_fit(waiting.needs, left):
            reserve(waiting.needs, left)
    return chosen


def admitted(rooms: Mapping[int, Room], line: Iterable[Waiting], policy: str) -> list[Waiting]:
    """Return who of *line* gets seats now, as `walk` does, and leave *rooms* as they are."""
    return walk({pool_id: replace(room) for pool_id, room in rooms.items()}, line, policy)


def offer_deadline(
    now: datetime, hours: int, quiet_from: int | None, quiet_until: int | None, zone: str, latest: datetime
) -> datetime:
    """Return until when an offer made at *now* may be answered, never after *latest*.

    The hours between *quiet_from* and *quiet_until* (local, 0 to 23) do not count: nobody must
    answer at night.
    """
    local = now.astimezone(ZoneInfo(zone))
    left = timedelta(hours=hours)
    while left > timedelta(0):
        end = _quiet_end(local, quiet_from, quiet_until)
        if end is not None:
            local = end
            continue
        # By UTC, so that an hour is an hour on the night the clocks change.
        step = min(left, timedelta(minutes=60 - local.minute, seconds=-local.second))
        local = (local.astimezone(UTC) + step).astimezone(local.tzinfo)
        left -= step
    return min(local.astimezone(UTC), latest)


def _quiet_end(local: datetime, quiet_from: int | None, quiet_until: int | None) -> datetime | None:
    """Return when the quiet hours that *local* lies in end, or None when it lies in none."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return None
    hour = local.hour
    is_overnight = quiet_from > quiet_until
    in_one_day = quiet_from <= hour < quiet_until
    if not (in_one_day or (is_overnight and (hour >= quiet_from or hour < quiet_until))):
        return None
    end = local.replace(hour=quiet_until, minute=0, second=0, microsecond=0)
    return end + timedelta(days=1) if is_overnight and hour >= quiet_from else end


def own_seats(needs: Mapping[int, int], rooms: Mapping[int, Room]) -> int:
    """Return how many of a party would sit on what is kept for their firms."""
    return sum(min(need, rooms[pool_id].own) for pool_id, need in needs.items() if pool_id in rooms)
