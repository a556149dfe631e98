"""Write the mails of registrations, from what is true when they are sent."""

from typing import Literal

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking import messages
from registration.booking.queries import Seat, seat
from registration.capability.services import BOOKING, FEED, token_of
from registration.core import clock
from registration.core.urls import public_url
from registration.ical.entries import invitation
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.seats import rules

# What each kind of mail claims about the registration; when it is no longer so, the mail is not sent.
_CLAIMS = {
    messages.CONFIRMED: rules.CONFIRMED,
    messages.PROMOTED: rules.CONFIRMED,
    messages.WAITLISTED: rules.WAITLISTED,
    messages.CANCELLED: rules.CANCELLED,
    messages.REMOVED: rules.CANCELLED,
}
_WITHOUT_CALENDAR = {messages.LINK}


def init_app(app: Flask) -> None:
    """Register who writes the mails of registrations."""
    with app.app_context():
        for kind in (*_CLAIMS, messages.SHRUNK, messages.LINK, messages.MOVED):
            composers()[kind] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when its news is old."""
    assert message.registration_id is not None
    found = seat(session, message.registration_id, message.locale)
    if message.to_email != found.contact_email or message.booking_id != found.booking_id:
        # Her link is no longer hers who was to be told: the seat or the address is another's now.
        raise Superseded("somebody else is told of this registration by now")
    if message.kind in _CLAIMS and found.state != _CLAIMS[message.kind]:
        raise Superseded(f"the registration is {found.state} by now")
    if message.kind not in _CLAIMS and not found.is_active:
        raise Superseded("the registration has ended by now")
    subject, text, html = rendered(
        message.kind.replace("-", "_"),
        seat=found,
        reason=message.facts.get("reason", ""),
        by=message.facts.get("by", ""),
        before=message.facts.get("before", ""),
        booking_url=_link("bookings", token_of(session, found.booking_id, BOOKING)),
        feed_url=_feed(token_of(session, found.booking_id, FEED)),
        event_url=public_url(f"/events/{found.slug}/"),
        direction="ltr",
        locale=message.locale,
    )
    calendar, method = _calendar(message, found)
    return Draft(
        subject=subject,
        text=text,
        html=html,
        reply_to_name=found.organiser,
        reply_to_email=found.organiser_email,
        from_name=found.organiser,
        calendar=calendar,
        calendar_method=method,
        references=_references(session, message),
    )


def _calendar(message: OutgoingMessage, found: Seat) -> tuple[bytes | None, str | None]:
    if message.kind in _WITHOUT_CALENDAR:
        return None, None
    # RFC 5546 §3.2.2 knows no REQUEST for what is cancelled.
    is_off = found.state in rules.ENDED or found.event_status == "cancelled"
    method: Literal["REQUEST", "CANCEL"] = "CANCEL" if is_off else "REQUEST"
    raw = invitation(
        found.entry,
        method=method,
        organiser_name=found.organiser,
        organiser_email=current_app.config["MAIL_FROM"],
        attendee_name=message.to_name,
        attendee_email=message.to_email,
        partstat="ACCEPTED" if found.state == rules.CONFIRMED else "TENTATIVE",
        stamp=clock.now(),
        whole_event_cancelled=found.event_status == "cancelled",
    )
    return raw, method


def _references(session: Session, message: OutgoingMessage) -> tuple[str, ...]:
    """Return the first mail about the registration, so that mail programs show one thread."""
    first = session.scalar(
        select(OutgoingMessage.message_id)
        .where(
            OutgoingMessage.registration_id == message.registration_id,
            OutgoingMessage.id < message.id,
        )
        .order_by(OutgoingMessage.id)
        .limit(1)
    )
    return () if first is None else (first,)


def _feed(token: str | None) -> str:
    return _link("feeds", token, ".ics") if token else ""


def _link(folder: str, token: str | None, ending: str = "/") -> str:
    return public_url(f"/{folder}/{token}{ending}") if token else public_url("/")
