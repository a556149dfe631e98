"""One event as iCalendar: in a feed, in a file, in a mail. The same UID and SEQUENCE in all of them."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event, vCalAddress, vDate, vDatetime, vText, vUri
from icalendar.prop import vInline

from registration.ical.text import calendar_name, calendar_text, folded
from registration.ical.zones import zone_block

log = logging.getLogger(__name__)

PRODID = "-//registration//registration//EN"
TITLE_LENGTH = 255
DEFAULT_LENGTH = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """What a calendar shows of one event to one reader.

    *starts_at*, *ends_at* and *changed_at* are aware UTC; *status* is CONFIRMED, TENTATIVE or CANCELLED;
    *busy* says whether it blocks the reader's time; *conference_url* is where an online event is held.
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
    conference_url: str = ""
    # So long before it begins the calendar rings; None: it is left to the reader's own settings.
    alarm: timedelta | None = None


def vevent(entry: Entry) -> bytes:
    """Return the VEVENT for feeds and files: a snapshot, so DTSTAMP is the last change (RFC 5545 §3.8.7.2).

    Raises ValueError or ZoneInfoNotFoundError when *entry* has a naive time or an unknown zone or status.
    """
    event = _event(entry, entry.changed_at)
    event.add("LAST-MODIFIED", _utc(entry.changed_at))
    return bytes(event.to_ical())


def vevent_or_none(entry: Entry) -> bytes | None:
    """Return the VEVENT, or None where it cannot be made: one bad entry must not break the others' feed."""
    try:
        return vevent(entry)
    except Exception as error:
        # The message could quote what people typed; the kind of error cannot.
        log.error("calendar entry left out uid=%r kind=%s", entry.uid, type(error).__name__)
        return None


def download(entry: Entry, prodid: str = PRODID) -> bytes:
    """Return one event as a file to import.

    No METHOD, no ORGANIZER (Outlook would ask to accept), no name (it would become a new calendar's).
    """
    return download_many([entry], prodid)


def download_many(entries: Iterable[Entry], prodid: str = PRODID) -> bytes:
    """Return several events as one file, each UID once: the active entry, else the latest."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        known = newest.get(entry.uid)
        if known is None or _rank(entry) > _rank(known):
            newest[entry.uid] = entry
    shown = list(newest.values())
    return calendar_bytes([], zones_of(shown), [vevent(entry) for entry in shown], prodid)


def invitation(  # noqa: PLR0913 - the message names two people, each with name and address
    entry: Entry,
    *,
    method: Literal["REQUEST", "CANCEL"],
    organiser_name: str,
    organiser_email: str,
    attendee_name: str,
    attendee_email: str,
    partstat: str,
    stamp: datetime,
    whole_event_cancelled: bool = False,
) -> bytes:
    """Return an iTIP message (RFC 5546 §3.2.2 REQUEST, §3.2.5 CANCEL) that names its recipient alone.

    *stamp* is the time of the message. A CANCEL of one person's seat has neither STATUS nor the prefix:
    they would say that the whole event is off. Raises ValueError for a REQUEST to what is cancelled.
    """
    is_off = method == "CANCEL" and whole_event_cancelled
    if method == "REQUEST" and entry.status == "CANCELLED":
        raise ValueError("Nobody can be invited to a cancelled event: send a CANCEL.")
    if method == "CANCEL":
        # RFC 5546 §3.2.5: a CANCEL has no VALARM.
        entry = replace(entry, alarm=None, status="CANCELLED" if is_off else "CONFIRMED", busy=False)
    event = _event(entry, stamp)
    if method == "CANCEL" and not is_off:
        del event["STATUS"]
    event["ORGANIZER"] = _address(organiser_email, organiser_name)
    event["ATTENDEE"] = _address(
        attendee_email,
        attendee_name,
        CUTYPE="INDIVIDUAL",
        ROLE="REQ-PARTICIPANT",
        PARTSTAT=partstat,
        RSVP="FALSE",
    )
    return calendar_bytes([f"METHOD:{method}"], zones_of([entry]), [bytes(event.to_ical())])


def zones_of(entries: Sequence[Entry]) -> list[bytes]:
    """Return a VTIMEZONE for each zone that the times of *entries* name, right for their years."""
    timed = [entry for entry in entries if zone_named(entry)]
    years = [at.year for entry in timed for at in (entry.starts_at, ends_at(entry))]
    return [zone_block(name, min(years), max(years)) for name in sorted({entry.zone for entry in timed})]


def zone_named(entry: Entry) -> str:
    """Return the zone that the times of *entry* name, or nothing: dates and UTC need none."""
    return "" if entry.all_day or _needs_utc(entry) else entry.zone


def calendar_bytes(
    header: Sequence[str], zones: Iterable[bytes], events: Iterable[bytes], prodid: str = PRODID
) -> bytes:
    """Return a VCALENDAR around finished parts; *header* lines are folded already, without line ends."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        property_line("PRODID", calendar_text(prodid, fallback=PRODID)),
        "CALSCALE:GREGORIAN",
        *header,
    ]
    return b"".join([*(f"{line}\r\n".encode() for line in lines), *zones, *events, b"END:VCALENDAR\r\n"])


def property_line(name: str, value: str) -> str:
    """Return one TEXT property, escaped and folded; *name* may carry parameters."""
    escaped: bytes = vText(value).to_ical()
    return folded(f"{name}:{escaped.decode()}")


def uri_line(name: str, value: str) -> str:
    """Return one URI property of the calendar; RFC 7986 wants its type said."""
    return folded(f"{name};VALUE=URI:{_one_word(value)}")


def _rank(entry: Entry) -> tuple[bool, int]:
    return entry.status != "CANCELLED", entry.sequence


def _event(entry: Entry, stamp: datetime) -> Event:
    if entry.status not in {"CONFIRMED", "TENTATIVE", "CANCELLED"}:
        raise ValueError("The status of a calendar entry is CONFIRMED, TENTATIVE or CANCELLED.")
    is_cancelled = entry.status == "CANCELLED"
    title = calendar_text(entry.title, fallback=entry.uid.partition("@")[0])
    event = Event()
    event.add("UID", calendar_text(entry.uid))
    event.add("DTSTAMP", _utc(stamp))
    _add_times(event, entry)
    shown = f"{entry.cancelled_prefix}{title}" if is_cancelled else title
    event.add("SUMMARY", calendar_text(shown, limit=TITLE_LENGTH))
    event.add("SEQUENCE", int(entry.sequence))
    event.add("STATUS", entry.status)
    event.add("TRANSP", "OPAQUE" if entry.busy and not is_cancelled else "TRANSPARENT")
    _add_words(event, entry)
    _add_place(event, entry)
    if entry.alarm is not None and not is_cancelled:
        event.add_component(_alarm(entry.alarm, title))
    return event


def _alarm(before: timedelta, title: str) -> Alarm:
    """Return what rings *before* the start (RFC 5545 §3.6.6: a DISPLAY owes its DESCRIPTION)."""
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -before)
    alarm.add("DESCRIPTION", calendar_text(title, limit=TITLE_LENGTH))
    return alarm


def _add_words(event: Event, entry: Entry) -> None:
    url = _one_word(entry.url)
    told = [part for part in (calendar_text(entry.description, lines=True), url) if part]
    if told:
        event.add("DESCRIPTION", "\n\n".join(told))
    if url:
        event["URL"] = vUri(url)
    if names := [name for one in entry.categories if (name := calendar_text(one))]:
        event.add("CATEGORIES", names)


def _add_place(event: Event, entry: Entry) -> None:
    location = calendar_text(entry.location)
    if location:
        event.add("LOCATION", location)
    if link := _one_word(entry.conference_url):
        event["CONFERENCE"] = vUri(link, params={"VALUE": "URI"})
    latitude, longitude = entry.latitude, entry.longitude
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return
    # Written by hand: icalendar writes a place on the meridian as 1e-05.
    event["GEO"] = vInline(f"{latitude:.6f};{longitude:.6f}")
    if location and not set(location) & set('"^'):
        # Apple shows its map only where the title equals LOCATION; as parameter it can hold neither sign.
        event["X-APPLE-STRUCTURED-LOCATION"] = vUri(
            f"geo:{latitude:.6f},{longitude:.6f}",
            params={"VALUE": "URI", "X-APPLE-RADIUS": "49", "X-TITLE": location},
        )


def _add_times(event: Event, entry: Entry) -> None:
    zone = ZoneInfo(entry.zone)
    start, end = _utc(entry.starts_at), _utc(ends_at(entry))
    if entry.all_day:
        first, last = start.astimezone(zone).date(), (end - timedelta(seconds=1)).astimezone(zone).date()
        event["DTSTART"] = _dated(first)
        # Exclusive: the day after the last one (RFC 5545 §3.6.1).
        event["DTEND"] = _dated(max(first, last) + timedelta(days=1))
    elif _needs_utc(entry):
        event["DTSTART"], event["DTEND"] = vDatetime(start), vDatetime(end)
    else:
        event["DTSTART"], event["DTEND"] = _timed(start, zone), _timed(end, zone)


def ends_at(entry: Entry) -> datetime:
    """Return the end; where there is none, or none that readers accept, an hour after the start.

    On an all-day event an hour ends on the first day, whatever the clocks do on it.
    """
    if entry.ends_at is not None and entry.ends_at > entry.starts_at:
        return entry.ends_at
    return entry.starts_at + DEFAULT_LENGTH


def _needs_utc(entry: Entry) -> bool:
    """Say whether a time lies in the hour that comes twice: readers split four to four over is meant."""
    zone = ZoneInfo(entry.zone)
    times = [at.astimezone(zone) for at in (entry.starts_at, ends_at(entry))]
    return any(
        at.tzname() == "UTC" or at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
        for at in times
    )


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("Times of calendar entries must be aware.")
    return at.astimezone(UTC).replace(microsecond=0)


def _timed(at: datetime, zone: ZoneInfo) -> vDatetime:
    value = vDatetime(at.astimezone(zone).replace(tzinfo=None))
    # After the constructor, which takes away the TZID of a time that looks naive to it.
    value.params["TZID"] = zone.key
    return value


def _dated(day: date) -> vDate:
    return vDate(day, params={"VALUE": "DATE"})


def _one_word(value: str) -> str:
    """Return a URI or address without blanks and controls, which it cannot hold."""
    return calendar_text(value).replace(" ", "")


def _address(email: str, name: str, **params: str) -> vCalAddress:
    common_name = {"CN": calendar_name(name)} if calendar_name(name) else {}
    return vCalAddress(f"mailto:{_one_word(email)}", params={**common_name, **params})
