"""What a calendar answers to an invitation (RFC 5546 §3.2.3 REPLY, §3.2.7 COUNTER; RFC 6047)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

from icalendar import Calendar, Event

from registration.core.text import normal_email
from registration.mail import incoming
from registration.mail.incoming import MOST_OF_FIELD, Ignored, Known

_ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
_CALENDARS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
# Our invitation names one attendee; a delegate makes two.
_MOST_ATTENDEES = 10
_FOLD = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True)
class Speaker:
    """Somebody in whose name a calendar answers: her address in its normal form, and her PARTSTAT."""

    email: str
    partstat: str


@dataclass(frozen=True)
class CalendarAnswer:
    """*says* is accepted, tentative, declined or counter; *recipients* are whom it was sent to.

    *speakers* are those in whose name it answers: only the one who was invited can.
    """

    says: str
    uid: str
    recipients: tuple[str, ...]
    speakers: tuple[Speaker, ...] = ()

    def of(self, email: str) -> str:
        """Return what *email*, in its normal form, says here: nothing where others answer, or no answer."""
        mine = {one.partstat for one in self.speakers if one.email == email}
        if len(mine) != 1:
            return ""
        return "counter" if self.says == "counter" else _ANSWERS.get(mine.pop(), "")


def read_answer(raw: bytes, envelope: str = "", known: Known | None = None) -> CalendarAnswer:
    """Return what *raw* answers. Raises Ignored when it is no answer of a calendar.

    Whether a program sent it by itself does not matter: Google says that of every answer. *known* says
    which addresses are ours; a mail to none of them is not looked at any further.
    """
    message = incoming.read(raw)
    recipients = incoming.recipients(message, envelope)
    reason = Ignored("There is no calendar in this mail.")
    for part in incoming.parts(message):
        if _is_calendar(part):
            try:
                return _answer(part, recipients, known)
            except Ignored as unread:
                # A gateway may have spoilt one copy and not the other.
                reason = unread
    raise reason


def _is_calendar(part: Message) -> bool:
    kind = part.get_content_type()
    # Gateways make files of what they do not know.
    is_file = kind == "application/octet-stream" and str(part.get_filename()).lower().endswith(".ics")
    return kind in _CALENDARS or is_file


def _answer(part: Message, recipients: list[str], known: Known | None) -> CalendarAnswer:
    raw = incoming.content(part)
    if len(raw) > incoming.MOST_PART_BYTES:
        raise Ignored("The calendar is too large.")
    written = incoming.as_text(raw, str(part.get_param("charset") or "")).lstrip("\ufeff")
    found = [*recipients, *_organisers(written)]
    incoming.refuse_unknown(found, known)
    try:
        calendar = Calendar.from_ical(written)
        method = str(calendar.get("METHOD", "")).upper()
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
        event = events[0]
        uid = str(event["UID"])
        attendees = event.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        speakers = tuple(_speaker(one) for one in attendees[:_MOST_ATTENDEES])
    except Exception:
        # Whatever a stranger's calendar breaks in the reader, it is not ours.
        raise Ignored("The calendar cannot be read.") from None
    return CalendarAnswer(_says(method, speakers), uid, tuple(found), speakers)


def _organisers(written: str) -> Iterator[str]:
    """Yield the addresses of ORGANIZER lines: where it was sent to, when the envelope was lost."""
    for line in _FOLD.sub("", written).splitlines():
        if line[:9].upper() == "ORGANIZER":
            yield from (unquote(one) for one in incoming.addresses(line[:MOST_OF_FIELD]))


def _speaker(attendee: object) -> Speaker:
    parameters = getattr(attendee, "params", {})
    address = _mailto(str(attendee))
    if "@" not in address:
        # Apple's servers name people by a path, and their address beside it.
        address = str(parameters.get("EMAIL", ""))
    try:
        email = normal_email(address[:320])
    except ValueError:
        email = ""
    return Speaker(email, str(parameters.get("PARTSTAT", "")).upper())


def _mailto(value: str) -> str:
    value = value.strip()
    return unquote(value[7:]) if value[:7].lower() == "mailto:" else value


def _says(method: str, speakers: tuple[Speaker, ...]) -> str:
    if method == "COUNTER":
        return "counter"
    answers = {_ANSWERS[one.partstat] for one in speakers if one.partstat in _ANSWERS}
    if method != "REPLY" or len(answers) != 1:
        raise Ignored("The calendar does not answer an invitation.")
    return answers.pop()
