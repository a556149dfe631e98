"""Whether an event takes registrations: values in, decision out."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise


class EventStatus(StrEnum):
    """Whether an event is prepared, open to be found, or called off."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


DRAFT, PUBLISHED, CANCELLED = EventStatus.DRAFT, EventStatus.PUBLISHED, EventStatus.CANCELLED


class Phase(StrEnum):
    """What the event page says about registering."""

    OPEN = "open"
    NOT_YET = "not-yet"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"
    DRAFT = "draft"


def phase(
    status: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Phase:
    """Return the phase at *now*. Registration ends with *closes_at*, without one when the event begins."""
    if status != EventStatus.PUBLISHED:
        return Phase.CANCELLED if status == EventStatus.CANCELLED else Phase.DRAFT
    if now >= ends_at:
        return Phase.OVER
    if opens_at is not None and now < opens_at:
        return Phase.NOT_YET
    if now >= (closes_at or starts_at):
        return Phase.CLOSED
    return Phase.OPEN


def phase_and_opening(
    now_is: Phase,
    opens_at: datetime | None,
    windows: Sequence[tuple[datetime | None, datetime | None]],
    until: datetime,
    now: datetime,
) -> tuple[Phase, datetime | None]:
    """Return the phase of an event whose people need an open category, and when registration opens.

    *windows* (start, end) are those of its categories, none where it has no categories; *until* is when
    registration ends. An event that is open while no category is does not take anybody.
    """
    if not windows or now_is not in (Phase.OPEN, Phase.NOT_YET):
        return now_is, opens_at
    floor = max(now, opens_at or now)
    starts = [(max(floor, start or floor), end) for start, end in windows]
    possible = [start for start, end in starts if start < until and (end is None or start < end)]
    if not possible:
        return (Phase.CLOSED if now_is is Phase.OPEN else now_is), opens_at
    first = min(possible)
    return (Phase.OPEN, opens_at) if first <= now else (Phase.NOT_YET, first)


def keeps_promises(status: str) -> bool:
    """Say whether what people were promised still counts: only calling an event off ends that.

    Whether it is published says who may find it and register, not what becomes of those who did.
    """
    return status != CANCELLED


def is_open_between(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> bool:
    """Say whether *now* lies in the window; a missing end is open."""
    return (opens_at is None or opens_at <= now) and (closes_at is None or now < closes_at)


def has_overlap(spans: Sequence[tuple[datetime, datetime]]) -> bool:
    """Say whether two of *spans* (start, end) share a moment; one may begin when another ends."""
    ordered = sorted(spans)
    return any(later[0] < earlier[1] for earlier, later in pairwise(ordered))


def opens(code: str, typed: str) -> bool:
    """Say whether one of the words *typed* is *code*, in a time that does not tell how near it was."""
    wanted = code.casefold().encode()
    words = typed.casefold().replace(",", " ").split()
    return any(hmac.compare_digest(word.encode("utf-8", "replace"), wanted) for word in words)


def moves_calendar(before: dict[str, object], after: dict[str, object]) -> bool:
    """Say whether a change needs a new SEQUENCE (RFC 5546 §2.1.4; the venue by our own choice)."""
    major = ("starts_at", "ends_at", "all_day", "time_zone", "status", "venue", "street", "city")
    return any(before[name] != after[name] for name in major)


def circle(requires: Mapping[int, int]) -> bool:
    """Say whether some event asks, through others, for itself."""
    for start in requires:
        at, steps = requires.get(start), 0
        while at is not None and at != start and steps < len(requires):
            at, steps = requires.get(at), steps + 1
        if at == start:
            return True
    return False
