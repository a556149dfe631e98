"""One event as iCalendar: in a feed, in a file, in a mail. The same UID and SEQUENCE in all of them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress, vDate, vDatetime, vGeo, vText, vUri
from icalendar.parser import Contentline

from registration.ical.text import calendar_name, calendar_text
from registration.ical.zones import zone_block

log = logging.getLogger(__name__)

PRODID = "-//registration//registration//EN"
TITLE_LENGTH = 255


@dataclass(frozen=True)
class Entry:
    """What a calendar shows of one event to one reader.

    *starts_at*, *ends_at*, *changed_at* are aware UTC; *busy* says whether it blocks the reader's time.
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    zone: str
    all_day: bool
    location: str
    description: str
    url: str
    status: str
    sequence: int
    changed_at: datetime
    busy: bool
    categories: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    cancelled_prefix: str = "Cancelled: "


def vevent(entry: Entry) -> bytes:
    """Return the VEVENT for feeds and files: a snapshot, so DTSTAMP is the last change (RFC 5545 §3.8.7.2)."""
    event = _event(entry, entry.changed_at)
    event.add("LAST-MODIFIED", entry.changed_at)
    return bytes(event.to_ical())


def vevent_or_none(entry: Entry) -> bytes | None:
    """Return the VEVENT, or None where it cannot be made: one bad entry must not break the others' feed."""
    try:
        return vevent(entry)
    except Exception as error:
        log.error("calendar entry left out uid=%s kind=%s", entry.uid, type(error).__name__)
        return None


def download(entry: Entry) -> bytes:
    """Return one event as a file to import: no METHOD, no ORGANIZER, no calendar name."""
    return download_many([entry])


def download_many(entries: Sequence[Entry]) -> bytes:
    """Return several events as one file."""
    return calendar_bytes([], zones_of(entries), [vevent(entry) for entry in entries])


def invitation(
    entry: Entry,
    *,
    method: str,
    organiser_name: str,
    organiser_email: str,
    attendee_name: str,
    attendee_email: str,
    partstat: str,
    stamp: datetime,
    whole_event_cancelled: bool = False,
) -> bytes:
    """Return an iTIP message (RFC 5546 §3.2.2 REQUEST, §3.2.5 CANCEL) that names its recipient alone.

    *stamp* is the time of the message. A CANCEL of one person's seat has no STATUS: that would say
    that the whole event is off.
    """
    event = _event(entry, stamp)
    if method == "CANCEL":
        del event["STATUS"]
        if whole_event_cancelled:
            event.add("STATUS", "CANCELLED")
    event["ORGANIZER"] = _address(organiser_email, CN=calendar_name(organiser_name))
    event["ATTENDEE"] = _address(
        attendee_email,
        CN=calendar_name(attendee_name),
        CUTYPE="INDIVIDUAL",
        ROLE="REQ-PARTICIPANT",
        PARTSTAT=partstat,
        RSVP="FALSE",
    )
    return calendar_bytes([f"METHOD:{method}"], zones_of([entry]), [bytes(event.to_ical())])


def zones_of(entries: Sequence[Entry]) -> list[bytes]:
    """Return a VTIMEZONE for each zone that *entries* name, right for their years."""
    timed = [entry for entry in entries if not entry.all_day and not _needs_utc(entry)]
    years = [at.year for entry in timed for at in (entry.starts_at, _end(entry))]
    return [zone_block(name, min(years), max(years)) for name in sorted({entry.zone for entry in timed})]


def calendar_bytes(header: Sequence[str], zones: Sequence[bytes], events: Sequence[bytes]) -> bytes:
    """Return a VCALENDAR around finished parts."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", *header]
    return b"".join([*(f"{line}\r\n".encode() for line in lines), *zones, *events, b"END:VCALENDAR\r\n"])


def property_line(name: str, value: str) -> str:
    """Return one TEXT property of the calendar itself, escaped and folded."""
    return _line(name, vText(value))


def uri_line(name: str, value: str) -> str:
    """Return one URI property; RFC 7986 wants its type said."""
    return _line(f"{name};VALUE=URI", vUri(value))


def _line(name: str, value: vText | vUri) -> str:
    raw: bytes = Contentline(f"{name}:{value.to_ical().decode()}").to_ical()
    return raw.decode()


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", stamp)
    _add_times(event, entry)
    is_cancelled = entry.status == "CANCELLED"
    prefix = entry.cancelled_prefix if is_cancelled else ""
    slug = entry.uid.split("@", 1)[0]
    event.add("SUMMARY", calendar_text(prefix + entry.title, fallback=slug, limit=TITLE_LENGTH))
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", entry.status)
    event.add("TRANSP", "OPAQUE" if entry.busy and not is_cancelled else "TRANSPARENT")
    if location := calendar_text(entry.location):
        event.add("LOCATION", location)
    told = [part for part in (calendar_text(entry.description, lines=True), entry.url) if part]
    if told:
        event.add("DESCRIPTION", "\n\n".join(told))
    if entry.url:
        event["URL"] = vUri(entry.url)
    if names := [name for one in entry.categories if (name := calendar_text(one))]:
        event.add("CATEGORIES", names)
    if entry.latitude is not None and entry.longitude is not None:
        event["GEO"] = vGeo((entry.latitude, entry.longitude))
    return event


def _add_times(event: Event, entry: Entry) -> None:
    zone = ZoneInfo(entry.zone)
    start, end = entry.starts_at, _end(entry)
    if entry.all_day:
        first = start.astimezone(zone).date()
        event["DTSTART"] = _dated(first)
        event["DTEND"] = _dated(max(_day_after(end, zone), first + timedelta(days=1)))
    elif _needs_utc(entry):
        event.add("DTSTART", start.astimezone(UTC))
        event.add("DTEND", end.astimezone(UTC))
    else:
        event["DTSTART"] = _timed(start.astimezone(zone), entry.zone)
        event["DTEND"] = _timed(end.astimezone(zone), entry.zone)


def _end(entry: Entry) -> datetime:
    if entry.ends_at is not None:
        return entry.ends_at
    return entry.starts_at + (timedelta(days=1) if entry.all_day else timedelta(hours=1))


def _needs_utc(entry: Entry) -> bool:
    """Say whether a time lies in the hour that comes twice: readers split four to four over which is meant."""
    zone = ZoneInfo(entry.zone)
    return any(_is_doubled(at.astimezone(zone)) for at in (entry.starts_at, _end(entry)))


def _is_doubled(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _day_after(end: datetime, zone: ZoneInfo) -> date:
    """DTEND of an all-day event is the day after its last one (RFC 5545 §3.6.1)."""
    return (end - timedelta(seconds=1)).astimezone(zone).date() + timedelta(days=1)


def _dated(day: date) -> vDate:
    value = vDate(day)
    value.params["VALUE"] = "DATE"
    return value


def _timed(local: datetime, zone: str) -> vDatetime:
    value = vDatetime(local.replace(tzinfo=None))
    value.params["TZID"] = zone
    return value


def _address(email: str, **params: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    for name, value in params.items():
        if value:
            address.params[name] = value
    return address
