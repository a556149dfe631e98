"""VTIMEZONE in its compact form: two rules where the zone has rules, one block per change where it has not.

icalendar's own block lists the dates of decades, names the onset an hour late, and carries a COMMENT
that libical flags. Nothing here is believed: every block is proven against zoneinfo for the years asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

_POSIX = re.compile(r"(?:<[^>]+>|[A-Za-z]+)[-+\d:]+(?:<[^>]+>|[A-Za-z]+)[-+\d:]*,([^,]+),([^,]+)")
_RULE = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/(\d+)(?::(\d\d))?)?")
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_DAY = 86_400
# RRULEs of the past help nobody; no present rule is older.
_OLDEST = 1970
# A local year begins and ends up to 14 hours beside the UTC year.
_MARGIN = 2 * _DAY


@dataclass(frozen=True)
class Change:
    """Clocks go from offset *before* to *after* at *onset*, the local time before it (RFC 5545 §3.8.2.4)."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_seasonal: bool


@dataclass(frozen=True)
class Rule:
    """POSIX `Mm.w.d/time`: *week* 5 is the last, *day* 0 is Sunday."""

    month: int
    week: int
    day: int
    at: time

    def onset(self, year: int) -> datetime:
        """Return the local time, before the change, at which clocks change in *year*."""
        first = date(year, self.month, 1)
        found = first + timedelta(days=(self.day - first.isoweekday()) % 7 + 7 * (self.week - 1))
        if found.month != self.month:
            found -= timedelta(days=7)
        return datetime.combine(found, self.at)

    def rrule(self) -> str:
        """Return the same as a recurrence rule."""
        week = -1 if self.week == 5 else self.week
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={week}{_DAYS[self.day]}"


@lru_cache(maxsize=1024)
def zone_block(name: str, first_year: int, last_year: int) -> bytes:
    """Return the VTIMEZONE of the IANA zone *name*, right for local times from *first_year* to *last_year*.

    Raises ZoneInfoNotFoundError or ValueError when there is no such zone.
    """
    zone = ZoneInfo(name)
    parts = _by_rule(zone, name, first_year, last_year) or _listed(zone, first_year, last_year)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *parts, "END:VTIMEZONE", ""]
    return "\r\n".join(lines).encode("ascii")


def _by_rule(zone: ZoneInfo, name: str, first_year: int, last_year: int) -> list[str] | None:
    """Return one component per rule, from the first year of the present rules on, else None.

    They must hold from the year before *first_year*, so that both onsets precede every event (libical#91).
    """
    rules = _rules(name)
    present = _kept(zone, rules, last_year)
    year = last_year
    while present and year > _OLDEST and _same(_kept(zone, rules, year - 1), present):
        year -= 1
    if not present or year >= first_year:
        return None
    lines = []
    for rule, change in zip(rules, _kept(zone, rules, year), strict=True):
        lines += _component(change, rule.rrule())
    return lines


def _kept(zone: ZoneInfo, rules: list[Rule], year: int) -> list[Change]:
    """Return the changes of *year* in the order of *rules* when they are just theirs, else nothing."""
    found = {change.onset: change for change in _changes(zone, _new_year(year), _new_year(year + 1))}
    onsets = [rule.onset(year) for rule in rules]
    return [found[onset] for onset in onsets] if set(found) == set(onsets) else []


def _same(some: list[Change], others: list[Change]) -> bool:
    """Say whether both years go between the same offsets; readers do not reckon with the names."""
    return [(one.before, one.after) for one in some] == [(one.before, one.after) for one in others]


def _listed(zone: ZoneInfo, first_year: int, last_year: int) -> list[str]:
    """Return what holds at the beginning and one component per change; a fixed zone has the first alone."""
    start, end = _new_year(first_year) - _MARGIN, _new_year(last_year + 1) + _MARGIN
    local = datetime.fromtimestamp(start, zone)
    offset = _offset(zone, start)
    onset = datetime.combine(date(_OLDEST, 1, 1), time())
    initial = Change(onset, offset, offset, local.tzname() or "", is_seasonal=False)
    return [
        line for change in (initial, *_changes(zone, start, end)) for line in _component(change, rrule="")
    ]


def _changes(zone: ZoneInfo, start: int, end: int) -> Iterator[Change]:
    """Find every change of offset between two moments (seconds since 1970) by asking the zone day by day."""
    for day in range(start, end, _DAY):
        low, high = day, min(day + _DAY, end)
        before, after = _offset(zone, low), _offset(zone, high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
        local = datetime.fromtimestamp(high, zone)
        is_seasonal = bool(local.dst() or datetime.fromtimestamp(low, zone).dst())
        onset = datetime.fromtimestamp(high, UTC).replace(tzinfo=None) + before
        yield Change(onset, before, after, local.tzname() or "", is_seasonal)


def _component(change: Change, rrule: str) -> list[str]:
    # Clocks forward is DAYLIGHT also where the zone file has it the other way round (Dublin, Casablanca).
    kind = "DAYLIGHT" if change.is_seasonal and change.after > change.before else "STANDARD"
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{change.onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_signed(change.before)}",
        f"TZOFFSETTO:{_signed(change.after)}",
    ]
    if change.name.isalpha():
        lines.append(f"TZNAME:{change.name}")
    if rrule:
        lines.append(f"RRULE:{rrule}")
    return [*lines, f"END:{kind}"]


def _rules(name: str) -> list[Rule]:
    """Return the two rules in the footer of the zone's file, or nothing where an RRULE cannot say them.

    Jerusalem's and Cairo's changes at hour 24 or later fall on the day after a day of the week.
    """
    posix = _POSIX.fullmatch(_footer(name))
    if posix is None:
        return []
    found = [_RULE.fullmatch(part) for part in posix.groups()]
    return [
        Rule(int(rule[1]), int(rule[2]), int(rule[3]), time(int(rule[4] or 2), int(rule[5] or 0)))
        for rule in found
        if rule is not None and int(rule[4] or 2) < 24 and None not in found
    ]


def _footer(name: str) -> str:
    """Return the POSIX TZ string at the end of the file that zoneinfo reads (RFC 8536 §3.3)."""
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            raw = path.read_bytes()
            break
    else:
        raw = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return raw.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")


def _new_year(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _offset(zone: ZoneInfo, at: int) -> timedelta:
    return datetime.fromtimestamp(at, zone).utcoffset() or timedelta()


def _signed(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    # Outlook refuses offsets with seconds; only those before 1973 have any.
    tail = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}{tail}"
