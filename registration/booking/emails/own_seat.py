"""What an attendee with an address of her own is told: the same news, about her seat alone."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee
from registration.booking.notifications.kinds import SEAT_ENDED
from registration.booking.queries.bookings import Companion, Seat
from registration.booking.queries.own_seats import own_unsubscribe_token, own_url
from registration.capability.links import UNSUBSCRIBE, link
from registration.core.text import normal_email
from registration.mail.composing import Superseded
from registration.mail.models import OutgoingMessage
from registration.mail.wording import Wording
from registration.seats import rules


def own_part(message: OutgoingMessage, found: Seat) -> Seat:
    """Return *found* as far as it is hers whom *message* is for. Raises Superseded when its news is old.

    Nobody confirmed her address, so all that somebody else typed stays behind her link, but her own name.
    """
    person = next((one for one in found.attendees if one.id == message.attendee_id), None)
    if person is None:
        raise Superseded("the seat is another registration's by now")
    has_seat = found.state == rules.CONFIRMED and not person.is_removed and person.email == message.to_email
    if has_seat == (message.kind == SEAT_ENDED):
        raise Superseded("it is another way by now")
    return replace(
        found,
        size=1,
        attendees=(replace(person, firm=""),),
        contact=person.name,
        contact_email=message.to_email,
        is_mixed=False,
        position=None,
    )


def introduced(words: Wording, kind: str) -> Wording:
    """Return *words* behind the sentence that somebody registered her; what ended says it itself."""
    if kind == SEAT_ENDED:
        return words
    sentence = _("Somebody registered you for this event. Your page says who it was.")
    return replace(words, paragraphs=(str(sentence), *words.paragraphs))


def link_of(person: Companion, message: OutgoingMessage) -> str:
    """Return the address of her own page."""
    return own_url(person.code, normal_email(message.to_email))


def unsubscribe_url_of(person: Companion, message: OutgoingMessage) -> str:
    """Return the address that ends reminders and messages to her."""
    return link(UNSUBSCRIBE, own_unsubscribe_token(person.code, normal_email(message.to_email)))


def sent_to(session: Session, attendee_id: int, before: int) -> list[Any]:
    """Return when mails went to an attendee's own address, first to last, without the mail *before*."""
    query = (
        select(OutgoingMessage.sent_at)
        .join(Attendee, Attendee.id == OutgoingMessage.attendee_id)
        .where(Attendee.id == attendee_id, OutgoingMessage.sent_at.is_not(None), OutgoingMessage.id != before)
        .order_by(OutgoingMessage.sent_at, OutgoingMessage.id)
    )
    return list(session.scalars(query))
