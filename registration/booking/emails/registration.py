"""Write the mails of registrations, from what is true when they are sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registration.booking.emails.calendar_address import feed_address
from registration.booking.emails.calendar_part import calendar_part
from registration.booking.emails.own_seat import introduced, link_of, own_part, unsubscribe_url_of
from registration.booking.emails.placeholders import values, worded
from registration.booking.emails.prefetch import read_ahead
from registration.booking.emails.schema_org import reservation
from registration.booking.emails.strangers import without_names
from registration.booking.models import EventMail
from registration.booking.notifications import kinds
from registration.booking.notifications.kinds import SHAPES, Shape
from registration.booking.queries.bookings import Seat, seat
from registration.booking.tickets import Ticket, ticket_path, ticket_pdf, tickets_of
from registration.capability import links
from registration.capability.services import BOOKING, VERIFY, token_of
from registration.core import clock
from registration.core.tokens import derived, signing_keys
from registration.core.transaction_cache import kept, once
from registration.core.typesetting import NoTypesetter
from registration.core.urls import public_url
from registration.events.rules import EventStatus
from registration.mail.composing import Draft, LaterFile, Superseded, composers, framed, readers
from registration.mail.models import OutgoingMessage
from registration.mail.wording import Wording, isolated
from registration.seats import rules

UNSUBSCRIBE = "unsubscribe"
_WITH_TICKETS = (kinds.CONFIRMED, kinds.PROMOTED, kinds.REMINDER)
_FIRST = (
    select(OutgoingMessage.message_id)
    .where(
        OutgoingMessage.registration_id == bindparam("registration"),
        OutgoingMessage.id < bindparam("before"),
    )
    .order_by(OutgoingMessage.id)
    .limit(1)
)


def init_app(app: Flask) -> None:
    """Register who writes the mails of registrations."""
    app.jinja_env.filters["isolated"] = isolated
    with app.app_context():
        for kind in SHAPES:
            composers()[kind] = compose
        readers().append(read_ahead)


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when its news is old."""
    assert message.registration_id is not None
    shape = SHAPES[message.kind]
    if message.attendee_id is not None:
        return _own(session, message, shape)
    found = _told(session, message, shape)
    if message.to_email != found.contact_email or message.booking_id != found.booking_id:
        # Her link is no longer hers who was to be told: the seat or the address is another's now.
        raise Superseded("somebody else is told of this registration by now")
    _refuse_old_news(message, shape, found)
    link = _verify_url(session, found) if message.kind == kinds.VERIFY else booking_url(session, found)
    facts = values(found, message.facts, link, event_url(found))
    words = worded(session, message.kind, found.organiser_id, message.locale, facts)
    return letter(session, message, found, shape, words, facts)


def _own(session: Session, message: OutgoingMessage, shape: Shape) -> Draft:
    """Return what *message* says to an attendee with an address of her own."""
    assert message.registration_id is not None
    whole = seat(session, message.registration_id, message.locale)
    found = own_part(message, whole)
    if message.kind != kinds.SEAT_ENDED:
        _refuse_old_news(message, shape, found)
    [person] = found.attendees
    link = link_of(person, message)
    facts = values(found, message.facts, link, event_url(found))
    words = worded(session, message.kind, found.organiser_id, message.locale, facts)
    shape = replace(shape, tells_feed=False)
    return letter(session, message, found, shape, introduced(words, message.kind), facts)


def _told(session: Session, message: OutgoingMessage, shape: Shape) -> Seat:
    """Return what is told: the registration, with the other parts of its party that this mail is of."""
    assert message.registration_id is not None
    ids = [message.registration_id, *message.facts.get("parts", ())]
    parts = [seat(session, one, message.locale) for one in ids]
    if shape.claims is None:
        told = [one for one in parts if one.is_active]
    else:
        told = [one for one in parts if one.state == shape.claims]
    if message.kind == kinds.TOO_LARGE:
        told = [one for one in told if not one.can_ever_fit]
    first = (told or parts)[0]
    if len(told) < 2:
        return first
    return replace(
        first,
        size=sum(one.size for one in told),
        attendees=tuple(person for one in told for person in one.attendees),
        is_mixed=len({one.state for one in told}) > 1,
    )


def letter(
    session: Session,
    message: OutgoingMessage,
    found: Seat,
    shape: Shape,
    words: Wording,
    facts: dict[str, Any],
    *,
    is_sample: bool = False,
) -> Draft:
    """Return *words* in the frame of our mails, with their calendar and their thread.

    A sample goes to the organiser: it has no link that is the attendee's alone.
    """
    unsubscribe_url = links.link(links.UNSUBSCRIBE, unsubscribe_token(found.booking_id))
    if message.attendee_id is not None:
        unsubscribe_url = unsubscribe_url_of(found.attendees[0], message)
    if is_sample:
        shape, unsubscribe_url = replace(shape, has_calendar=False, is_listed=False), ""
    calendar, method = _calendar(session, message, shape, found)
    references = _references(session, message)
    is_own = is_sample or message.attendee_id is not None
    told = found if is_own else without_names(session, found, message.kind, is_first=not references)
    text, html = framed(
        "letter",
        words=words,
        seat=told,
        shape=shape,
        booking_url=facts["link"],
        link_url=_target(shape, facts),
        link_text=_link_text(message.kind),
        tickets={} if is_sample else _ticket_links(session, message, found),
        feed_url=feed_address(session, message) if shape.tells_feed and not is_sample else "",
        has_calendar=calendar is not None,
        unsubscribe_url=unsubscribe_url if shape.is_listed else "",
        reservation=reservation(found, message.kind) if current_app.config["MAIL_STRUCTURED_DATA"] else None,
        direction=get_locale().text_direction,
        locale=message.locale,
    )
    return Draft(
        subject=words.subject,
        text=text,
        html=html,
        organiser=found.organiser,
        organiser_email=found.organiser_email,
        calendar=calendar,
        calendar_method=method,
        references=references,
        attachments=_tickets(session, message, told),
        headers=_list_headers(found, unsubscribe_url) if shape.is_listed else (),
    )


def unsubscribe_token(booking_id: int) -> str:
    """Return what stands in the address that ends reminders and messages, and opens nothing else."""
    return _unsubscribe_token(signing_keys()[0], booking_id)


def unsubscribed_booking(token: str) -> int | None:
    """Return whose reminders *token* ends, or None when we did not make it."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    made = [_unsubscribe_token(key, int(number)) for key in signing_keys()]
    return int(number) if token in made else None


def event_url(found: Seat) -> str:
    return public_url(f"/events/{found.slug}/")


def _unsubscribe_token(secret_key: str, booking_id: int) -> str:
    return f"{booking_id}-{derived(secret_key, UNSUBSCRIBE, str(booking_id))}"


def _refuse_old_news(message: OutgoingMessage, shape: Shape, found: Seat) -> None:
    if shape.claims is not None and found.state != shape.claims:
        raise Superseded(f"the registration is {found.state} by now")
    if message.kind == kinds.TOO_LARGE and found.can_ever_fit:
        raise Superseded("there are seats enough again")
    if message.kind == kinds.EVENT_CANCELLED:
        if found.event_status != EventStatus.CANCELLED:
            raise Superseded("the event is held after all")
    elif shape.claims is None and not found.is_active:
        raise Superseded("the registration has ended by now")
    if message.kind in (kinds.REMINDER, kinds.RECONFIRM) and (
        found.event_status == EventStatus.CANCELLED or found.starts_at <= clock.now()
    ):
        raise Superseded("the event is cancelled or has begun")


def _target(shape: Shape, facts: dict[str, Any]) -> str:
    targets = {kinds.BOOKING: "link", kinds.EVENT: "event_link"}
    # Who waited until the end has nothing to register for any more.
    is_over = shape.claims == rules.EXPIRED and facts["was_waitlisted"]
    return str(facts[targets[shape.link]]) if shape.link in targets and not is_over else ""


def _link_text(kind: str) -> str:
    texts = {
        kinds.OFFERED: _("Accept the seat, or say no"),
        kinds.OFFER_REMINDER: _("Accept the seat, or say no"),
        kinds.VERIFY: _("Confirm this address"),
        kinds.EXPIRED: _("Register again"),
        kinds.DECLINED: _("Register again"),
        kinds.CANCELLED: _("Register again"),
        kinds.REMOVED: _("Register again"),
        kinds.RECONFIRM: _("Say whether you come"),
        kinds.MATERIALS: _("See the presentations and papers"),
        kinds.DECLINE_ASKED: _("Cancel, or stay registered"),
    }
    return str(texts.get(kind) or _("See, change or cancel"))


def _list_headers(found: Seat, unsubscribe_url: str) -> tuple[tuple[str, str], ...]:
    """Return RFC 2369 and RFC 8058 headers, which belong only to what is not about the registration."""
    host = current_app.config["UID_HOST"]
    return (
        ("List-Id", f"<{found.organiser_slug}.{host}>"),
        ("List-Unsubscribe", f"<{unsubscribe_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def _calendar(
    session: Session, message: OutgoingMessage, shape: Shape, found: Seat
) -> tuple[bytes | None, str | None]:
    # Who never confirmed her address was never invited.
    if not shape.has_calendar or (message.facts.get("was") == rules.UNVERIFIED and not found.is_active):
        return None, None
    return calendar_part(session, message, found)


def _tickets(session: Session, message: OutgoingMessage, found: Seat) -> tuple[LaterFile, ...]:
    """Return the tickets of the party as one file, where the organiser wants them in the mail."""
    if message.kind not in (kinds.CONFIRMED, kinds.PROMOTED):
        return ()
    wanted = select(EventMail.attaches_ticket).where(EventMail.event_id == found.event_id)
    is_wanted = once(session, ("ticket", found.event_id), lambda: session.scalar(wanted))
    tickets = tickets_of(found) if is_wanted else []
    return (LaterFile("ticket.pdf", "application/pdf", lambda: _pdf(tickets)),) if tickets else ()


def _pdf(tickets: Sequence[Ticket]) -> bytes | None:
    try:
        return ticket_pdf(tickets)
    except NoTypesetter:
        # The seat is the news; its page has the ticket too.
        return None


def _ticket_links(session: Session, message: OutgoingMessage, found: Seat) -> dict[str, str]:
    """Return where the tickets of those who come are, by their code."""
    if message.kind not in _WITH_TICKETS or message.attendee_id is not None:
        return {}
    token = token_of(session, found.booking_id, BOOKING)
    valid = tickets_of(found) if token else []
    return {one.attendee.code: public_url(ticket_path(str(token), one.attendee.code)) for one in valid}


def _references(session: Session, message: OutgoingMessage) -> tuple[str, ...]:
    """Return the first mail about the registration, so that mail programs show one thread."""
    if message.attendee_id is not None:
        # The first one about the registration went to the contact.
        return ()
    asked = {"registration": message.registration_id, "before": message.id}
    first = kept(session, ("first mail", message.id), lambda: session.scalar(_FIRST, asked))
    return () if first is None else (first,)


def booking_url(session: Session, found: Seat) -> str:
    """Return the link of the booking, or the front page when its link has ended."""
    return links.link_of(session, found.booking_id, BOOKING, public_url("/"))


def _verify_url(session: Session, found: Seat) -> str:
    """Return the address that proves whoever opens it reads the mailbox; the booking's own does not."""
    return links.link_of(session, found.booking_id, VERIFY) or booking_url(session, found)
