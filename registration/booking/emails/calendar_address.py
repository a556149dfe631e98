"""Write the mail that carries the address of an attendee's own calendar."""

from flask import Flask
from flask_babel import get_locale
from sqlalchemy.orm import Session

from registration.booking.calendar.owner import owner_of, owner_token
from registration.booking.models import Booking
from registration.booking.notifications import notify as notifications_notify
from registration.booking.queries.bookings import seat
from registration.capability.links import FEED_PAGE, link
from registration.capability.services import FEED, token_of
from registration.core.text import normal_email
from registration.core.urls import public_url
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage


def init_app(app: Flask) -> None:
    """Register who writes it."""
    with app.app_context():
        composers()[notifications_notify.CALENDAR] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return the mail. Raises Superseded when the booking has another address by now."""
    assert message.registration_id is not None
    found = seat(session, message.registration_id, message.locale)
    token = own_token(session, message)
    if token is None:
        raise Superseded("the booking has another address by now")
    letter = rendered(
        "calendar",
        seat=found,
        feed_url=link(FEED, token),
        page_url=link(FEED_PAGE, token),
        direction=get_locale().text_direction,
        locale=message.locale,
    )
    return Draft(
        *letter,
        organiser=found.organiser,
        organiser_email=found.organiser_email,
    )


def feed_address(session: Session, message: OutgoingMessage) -> str:
    """Return the feed that a mail offers: of everything that its address registered, else of the booking."""
    assert message.booking_id is not None
    token = own_token(session, message) or token_of(session, message.booking_id, FEED)
    return link(FEED, token, public_url("/"))


def own_token(session: Session, message: OutgoingMessage) -> str | None:
    """Return the token of the feed of everything, or None: what the mail's reader has is not this address."""
    booked = session.get(Booking, message.booking_id)
    if booked is None or normal_email(message.to_email) != booked.email_normal:
        return None
    return owner_token(session, owner_of(booked))
