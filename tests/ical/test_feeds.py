"""A feed is the same bytes while nothing changes, and one bad entry does not break it."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from registration.ical.feeds import BUILDER_VERSION, Feed, component_of, etag, feed
from tests.ical.checker import check_calendar
from tests.ical.test_entries import HOSTILE, MEETING, ZONES, lines

HEAD = Feed(
    name="Events of DITTA",
    description="Meetings, workshops; galas",
    url="https://tickets.example.org/organisers/ditta/calendar.ics",
    zone="Europe/Brussels",
    colour="teal",
    refresh_hours=6,
    changed_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    language="en",
)
ENTRIES = [replace(MEETING, uid=f"event-{zone}@example.org", zone=zone) for zone in ZONES]


def built(head: Feed = HEAD) -> bytes:
    return feed(head, [component_of(entry) for entry in ENTRIES])


def test_a_feed_keeps_every_rule() -> None:
    assert check_calendar(built()) == []


def test_readers_find_every_event_and_instant() -> None:
    events = Calendar.from_ical(built()).walk("VEVENT")
    assert [event["UID"] for event in events] == [entry.uid for entry in ENTRIES]
    assert {event.decoded("DTSTART").astimezone(UTC) for event in events} == {MEETING.starts_at}


def test_the_header_says_what_it_is() -> None:
    told = lines(built())
    expected = [
        "NAME;LANGUAGE=en:Events of DITTA",
        "X-WR-CALNAME:Events of DITTA",
        "X-WR-CALDESC:Meetings\\, workshops\\; galas",
        "X-WR-TIMEZONE:Europe/Brussels",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        "SOURCE;VALUE=URI:https://tickets.example.org/organisers/ditta/calendar.ics",
        "COLOR:teal",
        "LAST-MODIFIED:20261120T080000Z",
    ]
    assert set(expected) <= set(told)
    assert not any(line.startswith(("METHOD", "ORGANIZER", "ATTENDEE")) for line in told)


def test_the_calendar_itself_has_no_identifier() -> None:
    assert "UID" not in Calendar.from_ical(built())


def test_zones_stand_once_and_in_one_order() -> None:
    named = [line for line in lines(built()) if line.startswith("TZID:")]
    assert named == [f"TZID:{zone}" for zone in sorted(ZONES)]


def test_zones_hold_for_all_the_years_that_name_them() -> None:
    later = replace(MEETING, uid="event-later@example.org", starts_at=datetime(2031, 7, 1, tzinfo=UTC))
    later = replace(later, ends_at=None, zone="Africa/Casablanca")
    parts = [component_of(entry) for entry in (*ENTRIES, later)]
    assert check_calendar(feed(HEAD, parts)) == []
    onsets = re.findall(r"DTSTART:(\d{4})", feed(HEAD, parts).decode())
    assert {"2026", "2031"} <= set(onsets)


def test_dates_and_utc_need_no_zone() -> None:
    doubled = replace(MEETING, starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ends_at=None)
    for entry in (replace(MEETING, all_day=True), doubled):
        raw = feed(HEAD, [component_of(entry)])
        assert check_calendar(raw) == []
        assert b"VTIMEZONE" not in raw


def test_an_empty_feed_is_a_calendar_without_events() -> None:
    raw = feed(HEAD, [])
    assert check_calendar(raw) == []
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"VEVENT" not in raw


def test_a_bad_entry_does_not_break_the_others() -> None:
    entries = [*ENTRIES, replace(MEETING, zone="Nowhere/Nothing")]
    assert feed(HEAD, [component_of(entry) for entry in entries]) == built()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_break_no_feed(text: str) -> None:
    assert check_calendar(built(replace(HEAD, name=text, description=text))) == []


@pytest.mark.parametrize("colour", ["#00808", "", "teal\r\nMETHOD:REQUEST", "rgb(0,0,0)"])
def test_a_colour_without_name_is_left_out(colour: str) -> None:
    assert b"COLOR" not in built(replace(HEAD, colour=colour))


def test_a_feed_without_address_or_known_language_leaves_them_out() -> None:
    raw = built(replace(HEAD, url="", language="x\r\ny", zone=""))
    assert check_calendar(raw) == []
    assert not any(word in raw for word in (b"SOURCE", b"LANGUAGE", b"X-WR-TIMEZONE"))


def test_the_tag_moves_with_the_builder_and_every_fact() -> None:
    tags = {
        etag(BUILDER_VERSION, "events", 3, HEAD.changed_at),
        etag(BUILDER_VERSION + "x", "events", 3, HEAD.changed_at),
        etag(BUILDER_VERSION, "others", 3, HEAD.changed_at),
        etag(BUILDER_VERSION, "events", 4, HEAD.changed_at),
        etag(BUILDER_VERSION, "events", 3, MEETING.changed_at),
        etag(BUILDER_VERSION, "events", 3, MEETING),
    }
    assert len(tags) == 6
    assert etag(BUILDER_VERSION, "events", 3) == etag(BUILDER_VERSION, "events", 3)


def test_the_tag_is_a_plain_word() -> None:
    assert etag(BUILDER_VERSION, "\ud800", '"').isalnum()
