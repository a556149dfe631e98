"""Our own rules over the bytes of a calendar: what readers let pass, or take each their own way."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_LINE = re.compile(
    r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)
_PARAM = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^";:]*)')
_HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STAMP = re.compile(r"\d{8}T\d{6}Z")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_DATE = re.compile(r"\d{8}")
_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "NAME", "X-WR-CALNAME", "X-WR-CALDESC", "CATEGORIES")
_FEED_ONLY = ("NAME", "X-WR-CALNAME", "X-WR-CALDESC", "X-PUBLISHED-TTL", "SOURCE", "COLOR")
_MANY = {"CATEGORIES", "CONFERENCE", "RRULE", "IMAGE"}
_UNWANTED = ("ATTACH", "X-ALT-DESC", "METHOD", "RRULE", "DURATION")


@dataclass
class Property:
    """One unfolded content line."""

    name: str
    params: dict[str, str]
    value: str


@dataclass
class Component:
    """One BEGIN … END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def value(self, name: str) -> str | None:
        found = self.all(name)
        return found[0].value if found else None

    def every(self, name: str) -> list["Component"]:
        return [part for part in self.parts if part.name == name]


def check_calendar(raw: bytes) -> list[str]:
    """Return what is wrong with *raw*, one sentence per fault; nothing when it is good."""
    faults = list(_bytes(raw))
    try:
        text = re.sub(rb"\r\n[ \t]", b"", raw).decode()
    except UnicodeDecodeError:
        return [*faults, "The text is not UTF-8."]
    calendar, broken = _parsed(text)
    faults += broken
    if calendar is None:
        return [*faults, "There is no VCALENDAR."]
    for rule in (_calendar, _once, _feed, _zones, _method, _texts):
        faults += rule(calendar)
    for event in calendar.every("VEVENT"):
        for check in _OF_EVENTS:
            faults += check(event, calendar)
    return faults


def components(raw: bytes) -> Component:
    """Return the calendar of *raw*, in which nothing is wrong."""
    calendar, _faults = _parsed(re.sub(rb"\r\n[ \t]", b"", raw).decode())
    assert calendar is not None
    return calendar


def _bytes(raw: bytes) -> Iterator[str]:
    if raw.startswith(b"\xef\xbb\xbf"):
        yield "There is a byte order mark."
    if not raw.startswith(b"BEGIN:VCALENDAR\r\n"):
        yield "It does not begin with BEGIN:VCALENDAR."
    if not raw.endswith(b"\r\nEND:VCALENDAR\r\n"):
        yield "It does not end with END:VCALENDAR and CRLF."
    rest = raw.replace(b"\r\n", b"")
    if b"\n" in rest:
        yield "There is a bare LF."
    if b"\r" in rest:
        yield "There is a bare CR."
    for line in raw.split(b"\r\n")[:-1]:
        if not line.strip():
            yield "There is a blank line."
        if len(line) > 75:
            yield "A line is longer than 75 octets."
        if line.decode(errors="replace").count("\ufffd") > line.count("\ufffd".encode()):
            yield "A fold splits a character."
    if _HOSTILE.search(raw.decode(errors="replace")):
        yield "There is a control character, a line separator or a bidi control."


def _parsed(text: str) -> tuple[Component | None, list[str]]:
    root = Component("")
    stack, faults = [root], []
    for line in text.split("\r\n")[:-1]:
        match = _LINE.fullmatch(line)
        if match is None:
            faults.append(f"This is no content line: {line[:40]!r}.")
            continue
        name, value = match[1], match[3]
        if name == "BEGIN":
            stack[-1].parts.append(part := Component(value))
            stack.append(part)
        elif name == "END":
            if len(stack) == 1 or stack.pop().name != value:
                return None, [*faults, f"END:{value} closes what is not open."]
        else:
            params = {key: told.strip('"') for key, told in _PARAM.findall(match[2])}
            stack[-1].properties.append(Property(name, params, value))
    if len(stack) > 1:
        faults.append(f"{stack[-1].name} is not closed.")
    if len(root.parts) != 1 or root.properties or root.parts[0].name != "VCALENDAR":
        faults.append("There is not just one VCALENDAR.")
    return (root.parts[0] if root.parts else None), faults


def _calendar(calendar: Component) -> Iterator[str]:
    if calendar.value("VERSION") != "2.0":
        yield "VERSION is not 2.0."
    if not calendar.value("PRODID"):
        yield "There is no PRODID."
    if calendar.value("CALSCALE") not in {None, "GREGORIAN"}:
        yield "CALSCALE is not GREGORIAN."
    if calendar.value("UID") is not None:
        yield "The calendar has a UID, which icalendar makes at random."
    if any(part.name not in {"VEVENT", "VTIMEZONE"} for part in calendar.parts):
        yield "There is a component that is neither VEVENT nor VTIMEZONE."
    uids = [event.value("UID") for event in calendar.every("VEVENT")]
    if len(set(uids)) != len(uids):
        yield "A UID stands twice."


def _once(calendar: Component) -> Iterator[str]:
    for part in (calendar, *calendar.parts):
        names = [one.name for one in part.properties if one.name not in _MANY]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{name} stands more than once in {part.name}."


def _feed(calendar: Component) -> Iterator[str]:
    refresh = calendar.all("REFRESH-INTERVAL")
    if not refresh:
        for name in _FEED_ONLY:
            if calendar.all(name):
                yield f"{name} stands outside of a feed."
        return
    if calendar.value("METHOD"):
        yield "A feed has a METHOD."
    if refresh[0].params.get("VALUE") != "DURATION" or not re.fullmatch(r"PT\d+H", refresh[0].value):
        yield "REFRESH-INTERVAL is no duration that says so."
    if calendar.value("X-PUBLISHED-TTL") != refresh[0].value:
        yield "X-PUBLISHED-TTL is not equal to REFRESH-INTERVAL."
    for source in calendar.all("SOURCE"):
        if source.params.get("VALUE") != "URI" or not re.match(r"https?://", source.value):
            yield "SOURCE is no URI that says so."
    if not calendar.value("NAME") or calendar.value("NAME") != calendar.value("X-WR-CALNAME"):
        yield "NAME and X-WR-CALNAME are missing or not equal."
    if not re.fullmatch(r"[a-z]+", calendar.value("COLOR") or "none"):
        yield "COLOR is no name of CSS3."
    if not _STAMP.fullmatch(calendar.value("LAST-MODIFIED") or ""):
        yield "The feed's LAST-MODIFIED is missing or not UTC."


def _zones(calendar: Component) -> Iterator[str]:
    zones = calendar.every("VTIMEZONE")
    names = [zone.value("TZID") for zone in zones]
    if None in names or len(set(names)) != len(names):
        yield "A VTIMEZONE has no TZID of its own."
    for zone in zones:
        if zone.all("COMMENT"):
            yield "A VTIMEZONE has a COMMENT."
        if not zone.parts or any(part.name not in {"STANDARD", "DAYLIGHT"} for part in zone.parts):
            yield "A VTIMEZONE has neither STANDARD nor DAYLIGHT."
        for part in zone.parts:
            yield from _observance(zone.value("TZID") or "UTC", part)


def _observance(name: str, part: Component) -> Iterator[str]:
    start = part.value("DTSTART") or ""
    offsets = [part.value(key) or "" for key in ("TZOFFSETFROM", "TZOFFSETTO")]
    if not _LOCAL.fullmatch(start) or not all(re.fullmatch(r"[+-]\d{4}", offset) for offset in offsets):
        yield "A part of a VTIMEZONE has no local DTSTART or no offsets."
        return
    before, after = (timedelta(hours=int(one[:3]), minutes=int(one[0] + one[3:])) for one in offsets)
    onset = (datetime.fromisoformat(start) - before).replace(tzinfo=UTC)
    if before == after:
        return
    try:
        zone = _zone(name)
    except ValueError as fault:
        yield f"A VTIMEZONE {fault}."
        return
    around = [at.astimezone(zone).utcoffset() for at in (onset - timedelta(seconds=1), onset)]
    if around != [before, after]:
        yield "The clocks of the zone do not change when its VTIMEZONE says."


def _method(calendar: Component) -> Iterator[str]:
    method, events = calendar.value("METHOD"), calendar.every("VEVENT")
    if method is None:
        if any(event.all(name) for event in events for name in ("ORGANIZER", "ATTENDEE")):
            yield "ORGANIZER or ATTENDEE stands without METHOD."
        return
    if method not in {"REQUEST", "CANCEL"}:
        yield "METHOD is neither REQUEST nor CANCEL."
    if len(events) != 1:
        yield "A message is not about just one event."
    for event in events:
        yield from _people(event)
        status = event.value("STATUS")
        if method == "REQUEST" and status not in {"CONFIRMED", "TENTATIVE"}:
            yield "A REQUEST is neither CONFIRMED nor TENTATIVE."
        if method == "CANCEL" and status not in {None, "CANCELLED"}:
            yield "A CANCEL has another STATUS than CANCELLED."


def _people(event: Component) -> Iterator[str]:
    for name in ("ORGANIZER", "ATTENDEE"):
        found = event.all(name)
        if len(found) != 1:
            yield f"A message has not just one {name}."
        for one in found:
            if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", one.value):
                yield f"{name} is no address."
            if not 0 < len(one.params.get("CN", "x")) <= 100 or set(one.params.get("CN", "")) & set("^"):
                yield f"The CN of {name} is empty, too long or holds a caret."
    if any(
        one.params.get("RSVP") != "FALSE" or "PARTSTAT" not in one.params for one in event.all("ATTENDEE")
    ):
        yield "ATTENDEE has no PARTSTAT or not RSVP=FALSE."


def _texts(calendar: Component) -> Iterator[str]:
    for part in (calendar, *calendar.parts):
        for one in part.properties:
            if one.name not in _TEXTS:
                continue
            bare = re.sub(r"\\[\\;,nN]", "", one.value)
            if "\\" in bare or ";" in bare or ("," in bare and one.name != "CATEGORIES"):
                yield f"{one.name} is not escaped."
            if not one.value.strip():
                yield f"{one.name} is empty."
            if one.name != "DESCRIPTION" and re.search(r"(?<!\\)(?:\\\\)*\\[nN]", one.value):
                yield f"{one.name} has several lines."


def _identity(event: Component, calendar: Component) -> Iterator[str]:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", event.value("UID") or ""):
        yield "UID is missing or has no host."
    if not _STAMP.fullmatch(event.value("DTSTAMP") or ""):
        yield "DTSTAMP is missing or not UTC."
    if calendar.value("METHOD") is None and event.value("LAST-MODIFIED") != event.value("DTSTAMP"):
        yield "LAST-MODIFIED is not equal to DTSTAMP."
    if not re.fullmatch(r"\d{1,9}", event.value("SEQUENCE") or ""):
        yield "SEQUENCE is no number."
    for name in _UNWANTED:
        if event.all(name) or event.every(name):
            yield f"A VEVENT has {name}."


def _alarms(event: Component, calendar: Component) -> Iterator[str]:
    for alarm in event.every("VALARM"):
        if alarm.value("ACTION") != "DISPLAY" or not _plain(alarm.value("DESCRIPTION")).strip():
            yield "A VALARM is no DISPLAY with DESCRIPTION."
        if not re.fullmatch(r"-?P(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", alarm.value("TRIGGER") or ""):
            yield "A VALARM has no TRIGGER before the start."
        if event.value("STATUS") != "CONFIRMED" or calendar.value("METHOD") == "CANCEL":
            yield "A VALARM rings for what is not certain."
        if calendar.value("SOURCE") is not None:
            yield "A public feed has VALARM."


def _state(event: Component, calendar: Component) -> Iterator[str]:
    status, transp = event.value("STATUS"), event.value("TRANSP")
    if status not in {"CONFIRMED", "TENTATIVE", "CANCELLED"} and calendar.value("METHOD") != "CANCEL":
        yield "STATUS is unknown or missing."
    if transp not in {"OPAQUE", "TRANSPARENT"}:
        yield "TRANSP is unknown or missing."
    if status == "CANCELLED" and transp != "TRANSPARENT":
        yield "A cancelled event blocks time."
    if not 0 < len(_plain(event.value("SUMMARY"))) <= 255:
        yield "SUMMARY is missing or longer than 255 characters."
    url = event.value("URL")
    if url is not None and not re.fullmatch(r"https?://[^\s/]+\S*", url):
        yield "URL is no address of the web."
    if url is not None and not _plain(event.value("DESCRIPTION")).endswith(url):
        yield "DESCRIPTION does not end with URL."
    geo = re.fullmatch(r"(-?\d+\.\d+);(-?\d+\.\d+)", event.value("GEO") or "0.0;0.0")
    if geo is None or abs(float(geo[1])) > 90 or abs(float(geo[2])) > 180:
        yield "GEO is no place on earth."


def _times(event: Component, calendar: Component) -> Iterator[str]:
    zones = {zone.value("TZID") for zone in calendar.every("VTIMEZONE")}
    moments = []
    for name in ("DTSTART", "DTEND"):
        found = event.all(name)
        if not found:
            yield f"{name} is missing."
            return
        if found[0].params.get("TZID", "") not in {"", *zones}:
            yield f"The TZID of {name} has no VTIMEZONE."
        try:
            moments.append(_moment(found[0]))
        except ValueError as fault:
            yield f"{name} {fault}."
            return
    start, end = moments
    if type(start) is not type(end):
        yield "DTSTART and DTEND are not of one type."
    elif start >= end:
        yield "DTEND is not after DTSTART."


def _moment(one: Property) -> date | datetime:
    if one.params.get("VALUE") == "DATE":
        if not _DATE.fullmatch(one.value) or "TZID" in one.params:
            raise ValueError("is no date")
        return date.fromisoformat(one.value)
    if _STAMP.fullmatch(one.value):
        if "TZID" in one.params:
            raise ValueError("has a TZID though it is UTC")
        return datetime.fromisoformat(one.value)
    if not _LOCAL.fullmatch(one.value):
        raise ValueError("is no time")
    if "TZID" not in one.params:
        raise ValueError("is floating")
    local = datetime.fromisoformat(one.value).replace(tzinfo=_zone(one.params["TZID"]))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValueError("lies where the clocks change")
    return local.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except KeyError:
        raise ValueError("is in no zone of IANA") from None


def _plain(value: str | None) -> str:
    lines = {"n": "\n", "N": "\n"}
    return re.sub(r"\\(.)", lambda match: lines.get(match[1], match[1]), value or "")


_OF_EVENTS: tuple[Callable[[Component, Component], Iterator[str]], ...] = (_identity, _alarms, _state, _times)
