"""What a calendar answers to an invitation (RFC 5546 §3.2.3 REPLY, §3.2.7 COUNTER; RFC 6047)."""

from dataclasses import dataclass
from email.message import Message

from icalendar import Calendar, Event

from registration.mail import incoming
from registration.mail.incoming import Ignored

_ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
_CALENDARS = frozenset({"text/calendar", "application/ics"})


@dataclass(frozen=True)
class CalendarAnswer:
    """*says* is accepted, tentative, declined or counter; *recipients* are whom it was sent to."""

    says: str
    uid: str
    recipients: tuple[str, ...]


def read_answer(raw: bytes, envelope: str = "") -> CalendarAnswer:
    """Return what *raw* answers. Raises Ignored when it is no answer of a calendar."""
    message = incoming.read(raw)
    if incoming.is_automatic(message):
        raise Ignored("A program sent this by itself.")
    for part in incoming.parts(message):
        if part.get_content_type() in _CALENDARS:
            return _answer(part, incoming.recipients(message, envelope))
    raise Ignored("There is no calendar in this mail.")


def _answer(part: Message, recipients: list[str]) -> CalendarAnswer:
    raw = incoming.content(part)
    if len(raw) > incoming.MOST_PART_BYTES:
        raise Ignored("The calendar is too large.")
    try:
        calendar = Calendar.from_ical(raw)
        method = str(calendar.get("METHOD", "")).upper()
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
        event = events[0]
        uid, organiser = str(event["UID"]), str(event.get("ORGANIZER", ""))
        attendees = event.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        answers = {str(one.params.get("PARTSTAT", "")).upper() for one in attendees}
    except Exception:
        # Whatever a stranger's calendar breaks in the reader, it is not ours.
        raise Ignored("The calendar cannot be read.") from None
    named = [organiser[7:]] if organiser.lower().startswith("mailto:") else []
    return CalendarAnswer(_says(method, answers), uid, (*recipients, *named))


def _says(method: str, answers: set[str]) -> str:
    if method == "COUNTER":
        return "counter"
    # Our invitation names one attendee, so her calendar answers for one.
    known = [_ANSWERS[one] for one in answers if one in _ANSWERS]
    if method != "REPLY" or len(known) != 1:
        raise Ignored("The calendar does not answer an invitation.")
    return known[0]
