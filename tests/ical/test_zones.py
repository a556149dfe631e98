"""Every VTIMEZONE says what zoneinfo says."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it ships none
from icalendar import Calendar, Timezone

from registration.ical.zones import zone_block

NAMES = sorted(available_timezones())
FIRST, LAST = 2026, 2028


def observances(block: bytes, until: int) -> list[tuple[datetime, timedelta, timedelta]]:
    """Read *block* as readers do: every onset in UTC with the offsets before and after it."""
    calendar = b"BEGIN:VCALENDAR\r\n" + block + b"END:VCALENDAR\r\n"
    found = []
    for part in Calendar.from_ical(calendar).walk("VTIMEZONE")[0].subcomponents:
        start, before, after = (part.decoded(key) for key in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))
        onsets = [start]
        if "RRULE" in part:
            told = part["RRULE"].to_ical()
            assert isinstance(told, bytes)
            rule = rrulestr(told.decode(), dtstart=start)
            onsets = list(rule.between(start, datetime.combine(date(until + 1, 1, 1), time()), inc=True))
        found += [((onset - before).replace(tzinfo=UTC), before, after) for onset in onsets]
    return sorted(found)


def differences(name: str, block: bytes, first: int, last: int) -> list[datetime]:
    """Return when *block* and the zone *name* differ: at noon of any day, or around any onset."""
    zone = ZoneInfo(name)
    onsets = observances(block, last)
    times = [at for at, _before, _after in onsets]
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    asked = [start + timedelta(days=day, hours=12) for day in range((end - start).days)]
    asked += [at + late for at in times if start <= at < end for late in (timedelta(), timedelta(seconds=-1))]
    return [at for at in asked if at.astimezone(zone).utcoffset() != onsets[bisect_right(times, at) - 1][2]]


def test_every_zone_is_right_for_three_years() -> None:
    wrong = {name for name in NAMES if differences(name, zone_block(name, FIRST, LAST), FIRST, LAST)}
    assert wrong == set()


def test_a_late_onset_would_be_found() -> None:
    block = zone_block("Europe/Brussels", FIRST, LAST).replace(b"0331T020000", b"0331T030000")
    assert differences("Europe/Brussels", block, FIRST, LAST)


def test_every_onset_names_the_offset_that_was() -> None:
    for name in NAMES:
        zone = ZoneInfo(name)
        for at, before, after in observances(zone_block(name, FIRST, LAST), LAST):
            if before != after and FIRST <= at.year <= LAST:
                around = [(at - timedelta(seconds=1)).astimezone(zone), at.astimezone(zone)]
                assert [local.utcoffset() for local in around] == [before, after], name


def test_the_first_onset_precedes_every_event() -> None:
    start = datetime(FIRST, 1, 1, tzinfo=UTC)
    late = [name for name in NAMES if observances(zone_block(name, FIRST, LAST), LAST)[0][0] >= start]
    assert late == []


def test_brussels_is_two_rules_since_1996() -> None:
    lines = zone_block("Europe/Brussels", 2026, 2027).decode().split("\r\n")
    assert lines == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
        "BEGIN:DAYLIGHT",
        "DTSTART:19960331T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_new_york_begins_with_the_law_of_2007() -> None:
    assert b"DTSTART:20070311T020000\r\n" in zone_block("America/New_York", 2026, 2027)


def test_years_before_the_present_rule_are_listed() -> None:
    assert b"RRULE" not in zone_block("America/New_York", 2005, 2008)
    assert differences("America/New_York", zone_block("America/New_York", 2005, 2008), 2005, 2008) == []


def test_a_fixed_zone_is_a_single_standard() -> None:
    block = zone_block("Asia/Shanghai", 2026, 2027)
    assert block.count(b"BEGIN:STANDARD") == 1
    assert b"DAYLIGHT" not in block
    assert b"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\n" in block


def test_most_zones_are_compact() -> None:
    blocks = [zone_block(name, FIRST, LAST) for name in NAMES]
    listed = [block for block in blocks if b"RRULE" not in block and block.count(b"DTSTART") > 1]
    assert len(listed) < 20
    assert max(len(block) for block in blocks) < 900
    assert all(b"COMMENT" not in block for block in blocks)


@pytest.mark.parametrize(
    "name", ["Europe/Brussels", "Africa/Casablanca", "America/New_York", "Europe/Dublin"]
)
def test_icalendar_reads_the_same_zone(name: str) -> None:
    raw = b"BEGIN:VCALENDAR\r\n" + zone_block(name, FIRST, LAST) + b"END:VCALENDAR\r\n"
    block = Calendar.from_ical(raw).walk("VTIMEZONE")[0]
    assert isinstance(block, Timezone)
    read = block.to_tz(lookup_tzid=False)
    for day in range(0, 1096, 5):
        local = datetime.combine(date(FIRST, 1, 1), time(12)) + timedelta(days=day)
        assert local.replace(tzinfo=read).utcoffset() == local.replace(tzinfo=ZoneInfo(name)).utcoffset()


@pytest.mark.parametrize("name", ["Nowhere/Nothing", "Singapore Standard Time", "../etc/passwd"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises((ZoneInfoNotFoundError, ValueError)):
        zone_block(name, 2026, 2027)
