"""VTIMEZONE in its compact form: two rules where the zone has rules, a block per change where not.

icalendar's own block names the onset one hour late and lists dates for decades; old readers crash on it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_RULE = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/(-?\d+)(?::(\d+))?)?")
_POSIX = re.compile(
    r"(?P<std><[^>]+>|[A-Za-z]+)(?P<so>[-+]?[\d:]+)"
    r"(?:(?P<dst><[^>]+>|[A-Za-z]+)(?P<do>[-+]?[\d:]+)?,(?P<start>[^,]+),(?P<end>[^,]+))?$"
)
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Change:
    """From *at* (UTC) on, local time is *offset* from UTC."""

    at: datetime
    before: timedelta
    offset: timedelta
    name: str
    is_dst: bool


@lru_cache(maxsize=1024)
def zone_block(name: str, first_year: int, last_year: int) -> bytes:
    """Return the VTIMEZONE of the IANA zone *name*, right from *first_year* to *last_year*."""
    changes = changes_of(name, first_year - 1, last_year + 1)
    blocks = _by_rule(name, changes, first_year) if changes else None
    if blocks is None:
        blocks = _listed(name, changes, first_year)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *blocks, "END:VTIMEZONE"]
    return ("\r\n".join(lines) + "\r\n").encode()


def changes_of(name: str, first_year: int, last_year: int) -> list[Change]:
    """Return every change of offset of the zone in these years, found by looking at the zone itself."""
    zone = ZoneInfo(name)
    at = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found = []
    step = timedelta(days=7)
    while at < end:
        if _state(zone, at) != _state(zone, at + step):
            found += _located(zone, at, at + step)
        at += step
    return found


def _located(zone: ZoneInfo, low: datetime, high: datetime) -> list[Change]:
    """Halve the span until the change stands to the second; a week may hold two (Morocco's Ramadan does not)."""
    before = _state(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle in (low, high):
            break
        if _state(zone, middle) == before:
            low = middle
        else:
            high = middle
    after = high.astimezone(zone)
    offset, was = _offset(zone, high), _offset(zone, high - timedelta(seconds=1))
    return [Change(high, was, offset, after.tzname() or "", bool(after.dst()))]


def _state(zone: ZoneInfo, at: datetime) -> tuple[timedelta, str]:
    local = at.astimezone(zone)
    return _offset(zone, at), local.tzname() or ""


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _by_rule(name: str, changes: list[Change], first_year: int) -> list[str] | None:
    """Return the two rules of the zone file's footer when they make exactly *changes*, else None."""
    posix = _POSIX.match(_footer(name))
    if posix is None or posix["start"] is None:
        return None
    rules = [_RULE.fullmatch(posix[key]) for key in ("start", "end")]
    if not all(rules):
        return None
    expected = [
        (change, rule)
        for change in changes
        for rule in rules
        if rule is not None and (change.at + change.before).month == int(rule[1])
    ]
    if len(expected) != len(changes) or len({change.at.year for change in changes}) * 2 != len(changes):
        return None
    blocks = []
    for rule in rules:
        mine = [change for change, its in expected if its is rule]
        if not mine or any(_onset(change.at.year, rule) != _local(change) for change in mine):  # type: ignore[arg-type]
            return None
        if len({(one.before, one.offset) for one in mine}) != 1:
            return None
        blocks += _component(mine[0], _first(name, mine[0], rule, first_year), _rrule(rule))  # type: ignore[arg-type]
    return blocks


def _first(name: str, change: Change, rule: re.Match[str], first_year: int) -> datetime:
    """Return the onset in the first year since which the present rule holds without a break."""
    onset = _local(change)
    for year in range(change.at.year - 1, 1969, -1):
        candidate = _onset(year, rule)
        moment = (candidate - change.before).replace(tzinfo=UTC)
        zone = ZoneInfo(name)
        if (_offset(zone, moment - timedelta(seconds=1)), _offset(zone, moment)) != (
            change.before,
            change.offset,
        ):
            break
        onset = candidate
    return onset


def _onset(year: int, rule: re.Match[str]) -> datetime:
    """Return the local time, before the change, of POSIX rule Mm.w.d/time in *year*."""
    month, week, day = int(rule[1]), int(rule[2]), int(rule[3])
    hours = timedelta(hours=int(rule[4] or 2), minutes=int(rule[5] or 0))
    first = datetime(year, month, 1)  # noqa: DTZ001 - local time by definition
    weekday = (first.weekday() + 1) % 7
    at = first + timedelta(days=(day - weekday) % 7 + 7 * (week - 1))
    while at.month != month:
        at -= timedelta(days=7)
    return at + hours


def _rrule(rule: re.Match[str]) -> str | None:
    month, week, day = int(rule[1]), int(rule[2]), int(rule[3])
    hours = int(rule[4] or 2)
    if not 0 <= hours < 24:
        return None
    return f"FREQ=YEARLY;BYMONTH={month};BYDAY={-1 if week == 5 else week}{_DAYS[day]}"


def _listed(name: str, changes: list[Change], first_year: int) -> list[str]:
    zone = ZoneInfo(name)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    local = start.astimezone(zone)
    offset = _offset(zone, start)
    initial = Change(start, offset, offset, local.tzname() or "", bool(local.dst()))
    blocks = _component(initial, datetime(1970, 1, 1), None)  # noqa: DTZ001
    for change in changes:
        blocks += _component(change, _local(change), None)
    return blocks


def _component(change: Change, onset: datetime, rrule: str | None) -> list[str]:
    kind = "DAYLIGHT" if change.is_dst else "STANDARD"
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_signed(change.before)}",
        f"TZOFFSETTO:{_signed(change.offset)}",
    ]
    if change.name and not change.name.startswith(("+", "-")):
        lines.append(f"TZNAME:{change.name}")
    if rrule:
        lines.append(f"RRULE:{rrule}")
    return [*lines, f"END:{kind}"]


def _local(change: Change) -> datetime:
    """RFC 5545 §3.8.2.4 wants the onset in the local time before the change."""
    return (change.at + change.before).replace(tzinfo=None)


def _signed(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    return f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}"


def _footer(name: str) -> str:
    raw = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return raw.rstrip(b"\n").rsplit(b"\n", 1)[-1].decode("ascii", "replace")
