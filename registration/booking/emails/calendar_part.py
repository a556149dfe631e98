"""What a mail about a registration carries for the calendar (RFC 5546, 6047), as its organiser chose."""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import Literal

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.calendar.entry import own_entry
from registration.booking.calendar.registrations import Key, calendar_registrations, with_own_seat
from registration.booking.emails.own_seat import sent_to
from registration.booking.models import Booking
from registration.booking.notifications.kinds import ANSWERS
from registration.booking.queries.bookings import Seat
from registration.core import clock
from registration.core.among import among
from registration.core.text import normal_email
from registration.core.transaction_cache import keep, kept
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.ical.entries import Entry, download, invitation
from registration.mail.addresses import numbered
from registration.mail.models import OutgoingMessage

INVITATION, ATTACHMENT, NONE = "invitation", "attachment", "none"
CHOICES = (INVITATION, ATTACHMENT, NONE)


def calendar_part(
    session: Session, message: OutgoingMessage, found: Seat
) -> tuple[bytes | None, Literal["REQUEST", "CANCEL"] | None]:
    """Return the calendar of the mail and its METHOD; a plain file has none, and some mails carry nothing.

    One event in each mail: two in one iTIP object would be refused (RFC 5546 §3.2.2).
    """
    if found.calendar_mail == NONE:
        return None, None
    entry = _entry(session, message, found)
    if found.calendar_mail == ATTACHMENT:
        return download(entry), None
    # RFC 5546 §3.2.2 knows no REQUEST for what is cancelled. Who is still in by another part of her
    # party, or is back already, gets an update: her one entry must not go.
    method: Literal["REQUEST", "CANCEL"] = "CANCEL" if entry.status == "CANCELLED" else "REQUEST"
    raw = invitation(
        entry,
        method=method,
        organiser_name=found.organiser,
        organiser_email=organiser_address(message.to_email, found.event_id),
        attendee_name=message.to_name,
        attendee_email=message.to_email,
        partstat="ACCEPTED" if entry.status == "CONFIRMED" else "TENTATIVE",
        stamp=rising(_sent_before(session, message, found.event_id), clock.now()),
        whole_event_cancelled=found.event_status == EventStatus.CANCELLED,
    )
    return raw, method


def organiser_address(email: str, event_id: int) -> str:
    """Return where the calendar of *email* sends its answers about an event.

    It hangs on these two alone: programs refuse an update of an entry by another ORGANIZER, and one
    person may have registered in parts, or have cancelled and come back.
    """
    replies = current_app.config["REPLY_ADDRESS"]
    if replies:
        return numbered(replies, ANSWERS, event_id, normal_email(email))
    return str(current_app.config["MAIL_FROM"])


def rising(sent: Sequence[datetime], now: datetime) -> datetime:
    """Return a DTSTAMP later than those of the mails that were *sent*, in their order.

    Programs take an equal SEQUENCE with an equal DTSTAMP for the same message and ignore it. A stamp has
    whole seconds, and no mail has a later one than this returns for the mails before it.
    """
    last: datetime | None = None
    for at in (*sent, now):
        whole = at.replace(microsecond=0)
        last = whole if last is None else max(whole, last + timedelta(seconds=1))
    assert last is not None
    return last


def _sent_before(session: Session, message: OutgoingMessage, event_id: int) -> list[datetime]:
    if message.attendee_id is not None:
        return sent_to(session, message.attendee_id, message.id)
    return _sent(session, message, event_id)


def _sent(session: Session, message: OutgoingMessage, event_id: int) -> list[datetime]:
    """Return when mails about this event went to this address, first to last."""
    asked = normal_email(message.to_email), event_id
    found = kept(session, ("sent", asked), lambda: _sent_to(session, {asked})[asked])
    return [at for number, at in found if number != message.id]


def read_ahead(session: Session, asked: Set[Key]) -> None:
    """Read at once which mails about each of these events went to each of these addresses."""
    for key, found in _sent_to(session, asked).items():
        keep(session, ("sent", key), found)


def _sent_to(session: Session, asked: Set[Key]) -> dict[Key, list[tuple[int, datetime]]]:
    found: dict[Key, list[tuple[int, datetime]]] = {key: [] for key in asked}
    rows = session.execute(
        select(Booking.email_normal, OutgoingMessage.event_id, OutgoingMessage.id, OutgoingMessage.sent_at)
        # Not by way of the registration: a seat that was handed on is another booking's by now.
        .join(Booking, Booking.id == OutgoingMessage.booking_id)
        .where(
            among(Booking.email_normal, {email for email, _ in asked}),
            among(OutgoingMessage.event_id, {event_id for _, event_id in asked}),
            OutgoingMessage.sent_at.is_not(None),
        )
        .order_by(OutgoingMessage.sent_at, OutgoingMessage.id)
    )
    for row in rows:
        key = row.email_normal, row.event_id
        if key in found:
            found[key].append((row.id, row.sent_at))
    return found


def _entry(session: Session, message: OutgoingMessage, found: Seat) -> Entry:
    """Return the one entry that the mail's address has of the event."""
    if message.attendee_id is not None:
        return own_seat_entry(session, message, found)
    email = normal_email(message.to_email)
    registered = calendar_registrations(session, [email], [found.event_id])
    if (email, found.event_id) not in registered.by_key:
        # The address was corrected after the mail was decided.
        return found.entry
    event = session.get_one(Event, found.event_id)
    return own_entry(event, message.locale, registered, email)


def own_seat_entry(session: Session, message: OutgoingMessage, found: Seat) -> Entry:
    """Return the entry of an attendee with an address of her own: her seat, and what else she has."""
    event = session.get_one(Event, found.event_id)
    email = normal_email(message.to_email)
    [person] = found.attendees
    is_hers = person.email == message.to_email and not person.is_removed
    registered = with_own_seat(session, email, found.registration_id, person.id, is_hers=is_hers)
    return own_entry(event, message.locale, registered, email)
