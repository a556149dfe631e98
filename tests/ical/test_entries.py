"""Entries say the same instants and words to every reader, however hostile the text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component

from registration.ical.entries import Entry, download, download_many, invitation, vevent, vevent_or_none
from tests.ical.checker import check_calendar

ZONES = ["Europe/Brussels", "America/New_York", "Asia/Shanghai", "Africa/Casablanca"]
CHANGED = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
STAMP = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)
MEETING = Entry(
    uid="event-7b0c@tickets.example.org",
    title="DITTA annual meeting",
    starts_at=datetime(2026, 12, 11, 13, tzinfo=UTC),
    ends_at=datetime(2026, 12, 11, 17, tzinfo=UTC),
    zone="Europe/Brussels",
    all_day=False,
    location="Flagey, Place Sainte-Croix, Brussels",
    description="Doors open at one.\n\nBring a badge.",
    url="https://tickets.example.org/events/ditta-annual-meeting/",
    status="CONFIRMED",
    sequence=2,
    changed_at=CHANGED,
    busy=True,
)


def read(raw: bytes) -> Component:
    """Parse *raw* with icalendar after our own rules found nothing."""
    assert check_calendar(raw) == []
    return Calendar.from_ical(raw).walk("VEVENT")[0]


def instants(raw: bytes) -> list[datetime]:
    event = read(raw)
    return [event.decoded(key).astimezone(UTC) for key in ("DTSTART", "DTEND")]


def invited(
    entry: Entry = MEETING,
    method: Literal["REQUEST", "CANCEL"] = "REQUEST",
    name: str = "Ada",
    organiser: str = "DITTA",
    whole: bool = False,
) -> bytes:
    return invitation(
        entry,
        method=method,
        organiser_name=organiser,
        organiser_email="events@tickets.example.org",
        attendee_name=name,
        attendee_email="ada@example.org",
        partstat="ACCEPTED",
        stamp=STAMP,
        whole_event_cancelled=whole,
    )


def lines(raw: bytes) -> list[str]:
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 12, 11, 13, tzinfo=UTC),
        datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
        datetime(2027, 1, 1, 4, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
        datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 6, 30, tzinfo=UTC),
    ],
)
def test_readers_get_the_instants_back(zone: str, start: datetime) -> None:
    entry = replace(MEETING, zone=zone, starts_at=start, ends_at=start + timedelta(hours=3))
    for raw in (download(entry), invited(entry)):
        assert instants(raw) == [start, start + timedelta(hours=3)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_hours_is_right_in_every_zone(zone: str) -> None:
    for hour in range(0, 8760, 97):
        start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        entry = replace(MEETING, zone=zone, starts_at=start, ends_at=start + timedelta(days=2, hours=1))
        assert instants(download(entry)) == [start, start + timedelta(days=2, hours=1)]


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_is_written_in_utc(fold: int) -> None:
    local = datetime(2027, 10, 31, 2, 30, tzinfo=ZoneInfo("Europe/Brussels"), fold=fold)
    start = local.astimezone(UTC)
    told = lines(download(replace(MEETING, starts_at=start, ends_at=start + timedelta(hours=4))))
    assert f"DTSTART:20271031T0{fold}3000Z" in told
    assert f"DTEND:20271031T0{fold + 4}3000Z" in told
    assert "BEGIN:VTIMEZONE" not in told


def test_an_end_in_the_doubled_hour_puts_both_in_utc() -> None:
    start = datetime(2027, 10, 30, 22, tzinfo=UTC)
    told = lines(download(replace(MEETING, starts_at=start, ends_at=start + timedelta(hours=3))))
    assert "DTSTART:20271030T220000Z" in told
    assert "DTEND:20271031T010000Z" in told


def test_a_timed_event_is_written_in_its_own_zone() -> None:
    told = lines(download(MEETING))
    assert "DTSTART;TZID=Europe/Brussels:20261211T140000" in told
    assert "TZID:Europe/Brussels" in told


def test_a_zone_that_is_utc_needs_no_block() -> None:
    told = lines(download(replace(MEETING, zone="Etc/UTC")))
    assert "DTSTART:20261211T130000Z" in told
    assert "BEGIN:VTIMEZONE" not in told


def test_no_end_is_an_hour() -> None:
    assert instants(download(replace(MEETING, ends_at=None)))[1] == MEETING.starts_at + timedelta(hours=1)


def test_an_end_that_is_not_after_the_start_is_an_hour() -> None:
    raw = download(replace(MEETING, ends_at=MEETING.starts_at))
    assert instants(raw)[1] == MEETING.starts_at + timedelta(hours=1)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "day", [date(2026, 12, 31), date(2027, 3, 28), date(2027, 10, 31), date(2027, 11, 7)]
)
def test_all_day_ends_on_the_day_after_the_last(zone: str, day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    next_but_one = datetime.combine(day + timedelta(days=2), midnight.timetz())
    two = replace(MEETING, zone=zone, all_day=True, starts_at=midnight.astimezone(UTC), busy=False)
    spans = {None: 1, next_but_one.astimezone(UTC): 2, (next_but_one - timedelta(hours=6)).astimezone(UTC): 2}
    for end, days in spans.items():
        event = read(download(replace(two, ends_at=end)))
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (day, day + timedelta(days=days))


def test_bytes_are_equal_between_polls() -> None:
    assert download(MEETING) == download(replace(MEETING))
    assert {"DTSTAMP:20261101T093000Z", "LAST-MODIFIED:20261101T093000Z"} <= set(lines(vevent(MEETING)))


def test_a_download_is_no_invitation_and_no_named_calendar() -> None:
    told = download(MEETING, prodid="-//Example//Tickets//EN")
    assert b"PRODID:-//Example//Tickets//EN\r\n" in told
    assert not any(
        word in told for word in (b"METHOD", b"ORGANIZER", b"ATTENDEE", b"X-WR-CALNAME", b"\r\nNAME")
    )


def test_a_cancelled_event_says_so_in_every_way() -> None:
    event = read(download(replace(MEETING, status="CANCELLED", cancelled_prefix="Annulé : ")))
    assert event["SUMMARY"] == "Annulé : DITTA annual meeting"
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_who_does_not_come_is_not_busy() -> None:
    assert read(download(MEETING))["TRANSP"] == "OPAQUE"
    assert read(download(replace(MEETING, busy=False)))["TRANSP"] == "TRANSPARENT"


def test_an_empty_location_is_left_out() -> None:
    assert "LOCATION" not in read(download(replace(MEETING, location=" \r\n\x00")))


def test_an_empty_title_becomes_the_identifier() -> None:
    assert read(download(replace(MEETING, title="\u200b")))["SUMMARY"] == "event-7b0c"


def test_a_title_has_at_most_255_characters() -> None:
    long = replace(MEETING, title="年" * 400, status="CANCELLED")
    assert len(str(read(download(long))["SUMMARY"])) == 255


def test_the_description_ends_with_the_address() -> None:
    event = read(download(MEETING))
    assert event["DESCRIPTION"] == f"Doors open at one.\n\nBring a badge.\n\n{MEETING.url}"
    assert event["URL"] == MEETING.url
    assert read(download(replace(MEETING, description="")))["DESCRIPTION"] == MEETING.url


def test_a_place_is_told_to_maps() -> None:
    told = lines(download(replace(MEETING, latitude=50.8276, longitude=0.00001)))
    assert "GEO:50.827600;0.000010" in told
    assert (
        "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=49;"
        'X-TITLE="Flagey, Place Sainte-Croix, Brussels":geo:50.827600,0.000010'
    ) in told


def test_a_place_off_the_earth_is_left_out() -> None:
    for latitude in (91.0, float("nan")):
        assert "GEO" not in read(download(replace(MEETING, latitude=latitude, longitude=4.0)))


def test_categories_and_the_online_address_are_told() -> None:
    told = lines(
        download(replace(MEETING, categories=("a,b", "", "c"), conference_url="https://meet.example.org/1"))
    )
    assert "CATEGORIES:a\\,b,c" in told
    assert "CONFERENCE;VALUE=URI:https://meet.example.org/1" in told


def test_several_entries_share_one_file_and_each_zone_stands_once() -> None:
    entries = [replace(MEETING, uid=f"event-{n}@example.org", zone=ZONES[n % 2]) for n in range(4)]
    raw = download_many(entries)
    assert check_calendar(raw) == []
    assert raw.count(b"BEGIN:VEVENT") == 4
    assert raw.count(b"BEGIN:VTIMEZONE") == 2


def test_one_event_stands_once_and_the_active_entry_wins() -> None:
    ended = replace(MEETING, status="CANCELLED", sequence=5)
    for entries in ([MEETING, ended], [ended, MEETING]):
        event = read(download_many(entries))
        assert event["STATUS"] == "CONFIRMED"


def test_a_request_names_its_recipient_alone() -> None:
    raw = invited()
    event = read(raw)
    assert b"METHOD:REQUEST\r\n" in raw
    assert event["ORGANIZER"] == "mailto:events@tickets.example.org"
    assert event["ATTENDEE"] == "mailto:ada@example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Ada",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    assert event.decoded("DTSTAMP") == STAMP
    assert (event["SEQUENCE"], event["STATUS"], "LAST-MODIFIED" in event) == (2, "CONFIRMED", False)


def test_a_request_may_be_tentative_but_never_cancelled() -> None:
    assert read(invited(replace(MEETING, status="TENTATIVE")))["STATUS"] == "TENTATIVE"
    with pytest.raises(ValueError, match="cancelled"):
        invited(replace(MEETING, status="CANCELLED"))


def test_taking_one_person_out_does_not_say_that_the_event_is_off() -> None:
    event = read(invited(replace(MEETING, status="CANCELLED"), "CANCEL"))
    assert "STATUS" not in event
    assert event["SUMMARY"] == MEETING.title


def test_cancelling_the_event_says_so() -> None:
    event = read(invited(MEETING, "CANCEL", whole=True))
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "Cancelled: DITTA annual meeting"


HOSTILE = [
    "Ada\r\nATTENDEE:mailto:ben@example.org",
    "Ada\nEND:VEVENT\nBEGIN:VEVENT",
    "nul\x00 bell\x07 escape\x1b",
    "line\u2028separator\u2029",
    "\u202eevil\u2066 isolate",
    "👩‍⚕️👨‍👩‍👧‍👦 🏳️‍🌈" * 12,
    "年会" * 40,
    "ישיבה שנתית; חדר 2",
    "a,b;c\\d\\n \"quoted\" 'single' ^caret^n",
    "=?utf-8?B?QXR0ZW5kZWU=?=",
    "\\",
    "lone \ud83d surrogate",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_injects_nothing(text: str) -> None:
    entry = replace(
        MEETING, title=text, location=text, description=text, categories=(text,), cancelled_prefix=text
    )
    off = replace(entry, status="CANCELLED")
    for raw in (download(entry), download(off), invited(entry, name=text, organiser=text)):
        read(raw)
        assert raw.count(b"\r\nBEGIN:VEVENT") == 1
        assert raw.count(b"\r\nATTENDEE") <= 1


def test_eighty_chinese_characters_survive_the_folds() -> None:
    title = "放射学会年会" * 14
    assert read(download(replace(MEETING, title=title)))["SUMMARY"] == title


def test_addresses_cannot_inject_lines() -> None:
    raw = download(replace(MEETING, url="https://example.org/\r\nATTACH:x", uid="a@example.org\r\nATTACH:x"))
    assert b"\r\nATTACH" not in raw
    assert b"\r\nURL:https://example.org/ATTACH:x\r\n" in raw


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_rules(one: str, two: str) -> None:
    entry = replace(MEETING, title=one, location=two, description=two + one)
    assert check_calendar(download(entry)) == []
    assert check_calendar(invited(entry, name=one, organiser=two or "DITTA")) == []


@pytest.mark.parametrize(
    "bad",
    [
        replace(MEETING, zone="Nowhere/Nothing"),
        replace(MEETING, starts_at=MEETING.starts_at.replace(tzinfo=None), ends_at=None),
        replace(MEETING, changed_at=CHANGED.replace(tzinfo=None)),
        replace(MEETING, status="MAYBE"),
    ],
)
def test_a_bad_entry_is_left_out_and_told_without_its_text(
    bad: Entry, caplog: pytest.LogCaptureFixture
) -> None:
    assert vevent_or_none(bad) is None
    assert bad.uid in caplog.text
    assert bad.title not in caplog.text


def test_a_good_entry_is_not_left_out() -> None:
    assert vevent_or_none(MEETING) == vevent(MEETING)
