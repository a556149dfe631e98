"""The checker finds each of many seeded faults, and none in what is good."""

from dataclasses import replace

import pytest

from registration.ical.entries import download, download_many
from tests.ical.checker import check_calendar
from tests.ical.test_entries import MEETING, invited, lines
from tests.ical.test_feeds import built

PLACED = replace(MEETING, latitude=50.8276, longitude=4.3722, title="Gala")
FILE = download(PLACED)
REQUEST = invited(PLACED)
CANCEL = invited(PLACED, "CANCEL")
FEED = built()
UTC_FILE = download(replace(PLACED, zone="Etc/UTC"))

GOOD = {
    "file": FILE,
    "request": REQUEST,
    "tentative": invited(replace(PLACED, status="TENTATIVE")),
    "cancel": CANCEL,
    "cancelled event": invited(PLACED, "CANCEL", whole=True),
    "feed": FEED,
    "utc": UTC_FILE,
    "all day": download(replace(PLACED, all_day=True, busy=False)),
    "nothing": download_many([]),
    "folded": download(replace(PLACED, title="会" * 80)),
}


def swapped(raw: bytes, old: str, new: str) -> bytes:
    """Put *new* for *old*, which must be there: a fault that was not seeded proves nothing."""
    assert old.encode() in raw, old
    return raw.replace(old.encode(), new.encode(), 1)


FAULTS: dict[str, tuple[bytes, str]] = {
    "no bytes at all": (b"", "VCALENDAR"),
    "bare LF": (swapped(FILE, "STATUS:CONFIRMED\r\n", "STATUS:CONFIRMED\n"), "bare LF"),
    "bare CR": (swapped(FILE, "SUMMARY:Gala", "SUMMARY:Ga\rla"), "bare CR"),
    "CRCRLF": (swapped(FILE, "Gala\r\n", "Gala\r\r\n"), "bare CR"),
    "only LF": (FILE.replace(b"\r\n", b"\n"), "bare LF"),
    "blank line": (swapped(FILE, "BEGIN:VEVENT", "\r\nBEGIN:VEVENT"), "blank line"),
    "long line": (swapped(FILE, "SUMMARY:Gala", "SUMMARY:" + "x" * 80), "75 octets"),
    "long line in octets": (swapped(FILE, "SUMMARY:Gala", "SUMMARY:" + "会" * 25), "75 octets"),
    "split character": (FILE.replace(b"Gala", b"\xe4\xbc\r\n \x9a"), "splits a character"),
    "byte order mark": (b"\xef\xbb\xbf" + FILE, "byte order mark"),
    "latin-1": (FILE.replace(b"Gala", "Galä".encode("latin-1")), "UTF-8"),
    "NUL": (swapped(FILE, "Gala", "Ga\x00la"), "control character"),
    "bell": (swapped(FILE, "Gala", "Ga\x07la"), "control character"),
    "line separator": (swapped(FILE, "Gala", "Ga\u2028la"), "control character"),
    "bidi override": (swapped(FILE, "Gala", "Ga\u202ela"), "control character"),
    "no last CRLF": (FILE.removesuffix(b"\r\n"), "does not end"),
    "cut off": (FILE[: len(FILE) // 2], "does not end"),
    "blank before BEGIN": (swapped(FILE, "BEGIN:VEVENT", " BEGIN:VEVENT"), "closes what is not open"),
    "END of another": (swapped(FILE, "END:VEVENT", "END:VTODO"), "closes what is not open"),
    "two calendars": (FILE + FILE, "just one VCALENDAR"),
    "no content line": (swapped(FILE, "SUMMARY:Gala", "SUMMARY Gala"), "no content line"),
    "no VERSION": (swapped(FILE, "VERSION:2.0\r\n", ""), "VERSION"),
    "no PRODID": (swapped(FILE, "PRODID:-//registration//registration//EN\r\n", ""), "PRODID"),
    "another CALSCALE": (swapped(FILE, "GREGORIAN", "JULIAN"), "CALSCALE"),
    "UID of the calendar": (swapped(FEED, "VERSION:2.0", "VERSION:2.0\r\nUID:8d2f"), "at random"),
    "VALARM": (swapped(FILE, "END:VEVENT", "BEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT"), "VALARM"),
    "VTODO": (swapped(FILE, "END:VCALENDAR", "BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR"), "neither VEVENT"),
    "no UID": (swapped(FILE, "UID:event-7b0c@tickets.example.org\r\n", ""), "UID"),
    "UID without host": (swapped(FILE, "@tickets.example.org\r\n", "\r\n"), "UID"),
    "UID twice": (
        swapped(FEED, "UID:event-Asia/Shanghai@", "UID:event-Europe/Brussels@"),
        "UID stands twice",
    ),
    "no DTSTAMP": (swapped(FILE, "DTSTAMP:20261101T093000Z\r\n", ""), "DTSTAMP"),
    "local DTSTAMP": (swapped(FILE, "DTSTAMP:20261101T093000Z", "DTSTAMP:20261101T093000"), "DTSTAMP"),
    "DTSTAMP of the poll": (swapped(FILE, "DTSTAMP:20261101", "DTSTAMP:20261124"), "LAST-MODIFIED"),
    "no LAST-MODIFIED": (swapped(FILE, "LAST-MODIFIED:20261101T093000Z\r\n", ""), "LAST-MODIFIED"),
    "no SEQUENCE": (swapped(FILE, "SEQUENCE:2\r\n", ""), "SEQUENCE"),
    "SEQUENCE in words": (swapped(FILE, "SEQUENCE:2", "SEQUENCE:two"), "SEQUENCE"),
    "STATUS unknown": (swapped(FILE, "STATUS:CONFIRMED", "STATUS:MAYBE"), "STATUS"),
    "TRANSP unknown": (swapped(FILE, "TRANSP:OPAQUE", "TRANSP:BUSY"), "TRANSP"),
    "cancelled and busy": (swapped(FILE, "STATUS:CONFIRMED", "STATUS:CANCELLED"), "blocks time"),
    "property twice": (swapped(FILE, "SUMMARY:Gala", "SUMMARY:Gala\r\nSUMMARY:Gala"), "more than once"),
    "no SUMMARY": (swapped(FILE, "SUMMARY:Gala\r\n", ""), "SUMMARY is missing"),
    "empty SUMMARY": (swapped(FILE, "SUMMARY:Gala", "SUMMARY:"), "SUMMARY is empty"),
    "SUMMARY of two lines": (swapped(FILE, "Gala", "Ga\\nla"), "SUMMARY has several lines"),
    "long SUMMARY": (swapped(FILE, "Gala", "\r\n ".join(["x" * 60] * 5)), "255 characters"),
    "raw semicolon": (swapped(FILE, "Gala", "Ga;la"), "SUMMARY is not escaped"),
    "raw comma": (swapped(FILE, "LOCATION:Flagey\\,", "LOCATION:Flagey,"), "LOCATION is not escaped"),
    "wrong escape": (swapped(FILE, "Gala", "Ga\\:la"), "SUMMARY is not escaped"),
    "empty LOCATION": (
        swapped(FILE, "LOCATION:Flagey\\, Place Sainte-Croix\\, Brussels", "LOCATION:"),
        "empty",
    ),
    "URL of a script": (swapped(FILE, "URL:https:", "URL:javascript:"), "URL"),
    "DESCRIPTION without URL": (
        swapped(FILE, "DESCRIPTION:Doors open", "DESCRIPTION:No\r\nX-D:"),
        "end with URL",
    ),
    "place off the earth": (swapped(FILE, "GEO:50.", "GEO:150."), "GEO"),
    "ATTACH": (swapped(FILE, "TRANSP", "ATTACH:https://example.org/\r\nTRANSP"), "ATTACH"),
    "METHOD in VEVENT": (swapped(FILE, "TRANSP", "METHOD:REQUEST\r\nTRANSP"), "METHOD"),
    "no DTSTART": (swapped(UTC_FILE, "DTSTART:20261211T130000Z\r\n", ""), "DTSTART is missing"),
    "no DTEND": (swapped(UTC_FILE, "DTEND:20261211T170000Z\r\n", ""), "DTEND is missing"),
    "no VTIMEZONE": (swapped(FILE, "TZID:Europe/Brussels", "TZID:Europe/Paris"), "no VTIMEZONE"),
    "floating": (swapped(FILE, "DTSTART;TZID=Europe/Brussels:", "DTSTART:"), "floating"),
    "TZID and Z": (swapped(FILE, "20261211T140000", "20261211T140000Z"), "though it is UTC"),
    "end before start": (swapped(FILE, "T180000", "T130000"), "not after DTSTART"),
    "end at start": (swapped(FILE, "T180000", "T140000"), "not after DTSTART"),
    "date and time mixed": (
        swapped(UTC_FILE, "DTEND:20261211T170000Z", "DTEND;VALUE=DATE:20261212"),
        "not of one type",
    ),
    "no such day": (swapped(UTC_FILE, "DTSTART:20261211", "DTSTART:20261332"), "DTSTART"),
    "doubled hour": (
        FILE.replace(b"20261211T140000", b"20261025T023000"),
        "where the clocks change",
    ),
    "missing hour": (FILE.replace(b"20261211T140000", b"20260329T023000"), "where the clocks change"),
    "zone of Windows": (FILE.replace(b"Europe/Brussels", b"Romance Standard Time"), "no zone of IANA"),
    "COMMENT in VTIMEZONE": (swapped(FILE, "BEGIN:DAYLIGHT", "COMMENT:only\r\nBEGIN:DAYLIGHT"), "COMMENT"),
    "late onset": (swapped(FILE, "DTSTART:19960331T020000", "DTSTART:19960331T030000"), "do not change"),
    "no offset": (swapped(FILE, "TZOFFSETTO:+0200\r\n", ""), "no offsets"),
    "VTIMEZONE twice": (swapped(FEED, "TZID:Asia/Shanghai", "TZID:Europe/Brussels"), "TZID of its own"),
    "organiser in a file": (
        swapped(FILE, "TRANSP", "ORGANIZER:mailto:a@example.org\r\nTRANSP"),
        "without METHOD",
    ),
    "attendee in a feed": (
        swapped(FEED, "TRANSP", "ATTENDEE:mailto:a@example.org\r\nTRANSP"),
        "without METHOD",
    ),
    "METHOD in a feed": (swapped(FEED, "VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST"), "feed has a METHOD"),
    "PUBLISH": (swapped(REQUEST, "METHOD:REQUEST", "METHOD:PUBLISH"), "neither REQUEST nor CANCEL"),
    "no ORGANIZER": (swapped(REQUEST, "ORGANIZER", "X-ORGANIZER"), "not just one ORGANIZER"),
    "no ATTENDEE": (swapped(REQUEST, "ATTENDEE", "X-ATTENDEE"), "not just one ATTENDEE"),
    "another attendee": (
        swapped(REQUEST, "TRANSP", "ATTENDEE:mailto:ben@example.org\r\nTRANSP"),
        "not just one ATTENDEE",
    ),
    "RSVP": (REQUEST.replace(b"FALSE", b"TRUE"), "RSVP"),
    "caret in CN": (swapped(REQUEST, "CN=DITTA", "CN=DIT^'TA"), "caret"),
    "address without mailto": (swapped(REQUEST, "CN=DITTA:mailto:", "CN=DITTA:"), "no address"),
    "REQUEST for the cancelled": (swapped(REQUEST, "STATUS:CONFIRMED", "STATUS:CANCELLED"), "A REQUEST"),
    "CANCEL that is confirmed": (swapped(CANCEL, "TRANSP", "STATUS:CONFIRMED\r\nTRANSP"), "A CANCEL"),
    "two events in a message": (
        swapped(
            REQUEST, "END:VCALENDAR", "\r\n".join(lines(FILE)[lines(FILE).index("BEGIN:VEVENT") :]).rstrip()
        ),
        "just one event",
    ),
    "name outside of a feed": (
        swapped(FILE, "VERSION:2.0", "VERSION:2.0\r\nX-WR-CALNAME:x"),
        "outside of a feed",
    ),
    "REFRESH-INTERVAL untyped": (
        swapped(FEED, "REFRESH-INTERVAL;VALUE=DURATION", "REFRESH-INTERVAL"),
        "REFRESH",
    ),
    "SOURCE untyped": (swapped(FEED, "SOURCE;VALUE=URI", "SOURCE"), "SOURCE"),
    "other TTL": (swapped(FEED, "X-PUBLISHED-TTL:PT6H", "X-PUBLISHED-TTL:PT1H"), "X-PUBLISHED-TTL"),
    "two names": (swapped(FEED, "X-WR-CALNAME:Events", "X-WR-CALNAME:Others"), "NAME"),
    "colour in numbers": (swapped(FEED, "COLOR:teal", "COLOR:#008080"), "COLOR"),
    "feed without LAST-MODIFIED": (swapped(FEED, "LAST-MODIFIED:20261120T080000Z\r\n", ""), "LAST-MODIFIED"),
}


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD.keys())
def test_nothing_is_wrong_with_what_is_good(raw: bytes) -> None:
    assert check_calendar(raw) == []


@pytest.mark.parametrize(("raw", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_found(raw: bytes, told: str) -> None:
    assert any(told in fault for fault in check_calendar(raw)), check_calendar(raw)
