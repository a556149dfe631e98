"""The rules of seats: values in, decision out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

UNVERIFIED = "unverified"
PENDING = "pending"
WAITLISTED = "waitlisted"
OFFERED = "offered"
CONFIRMED = "confirmed"
CANCELLED = "cancelled"
DECLINED = "declined"
EXPIRED = "expired"
REJECTED = "rejected"

# The only arrows there are; anything else is refused.
ARROWS: Mapping[str, frozenset[str]] = {
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

FIRST_FIT = "first_fit"
STRICT = "strict"

MOST_SEATS = 1_000_000


class ForbiddenArrow(Exception):
    """A change of state that the table above does not know."""


def check_arrow(before: str, after: str) -> None:
    """Raise ForbiddenArrow unless a registration may go from *before* to *after*."""
    if after not in ARROWS[before]:
        raise ForbiddenArrow(f"{before} → {after}")


def capacity(wanted: int, taken: int) -> int:
    """Return the capacity in force: what is wanted, but nobody who sits is un-seated."""
    return max(wanted, taken)


@dataclass(frozen=True)
class Waiting:
    """A registration in line, with what it needs of which pool."""

    registration_id: int
    needs: Mapping[int, int]


def fits(needs: Mapping[int, int], free: Mapping[int, int]) -> bool:
    """Say whether all of *needs* is free."""
    return all(free.get(pool_id, 0) >= need for pool_id, need in needs.items())


def admitted(free: Mapping[int, int], line: Iterable[Waiting], policy: str) -> list[Waiting]:
    """Return who of *line* gets seats now, in order.

    `first_fit` passes over those whose party does not fit, so that no seat stays empty;
    `strict` stops at the first who does not fit.
    """
    left = dict(free)
    chosen: list[Waiting] = []
    for waiting in line:
        if fits(waiting.needs, left):
            chosen.append(waiting)
            for pool_id, need in waiting.needs.items():
                left[pool_id] -= need
        elif policy == STRICT:
            break
    return chosen
