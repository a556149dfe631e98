"""Write the mail that asks who still comes, from what is true when it is sent."""

from flask import Flask
from sqlalchemy.orm import Session

from registration.booking.queries import seat
from registration.capability.services import BOOKING, token_of
from registration.core.urls import public_url
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.reconfirm.messages import ASKED
from registration.reconfirm.models import Reconfirmation
from registration.seats import rules


def init_app(app: Flask) -> None:
    """Register who writes the mail."""
    with app.app_context():
        composers()[ASKED] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when there is nothing more to ask."""
    assert message.registration_id is not None
    found = seat(session, message.registration_id, message.locale)
    asked = session.get(Reconfirmation, found.registration_id)
    if found.state != rules.CONFIRMED or found.event_status != "published":
        raise Superseded(f"the registration is {found.state} by now")
    if asked is None or asked.answer is not None:
        raise Superseded("it is answered by now")
    token = token_of(session, found.booking_id, BOOKING)
    subject, text, html = rendered(
        "reconfirm",
        seat=found,
        asked=asked,
        booking_url=public_url(f"/bookings/{token}/#reconfirm-{found.registration_id}"),
        direction="ltr",
        locale=message.locale,
    )
    return Draft(
        subject=subject,
        text=text,
        html=html,
        reply_to_name=found.organiser,
        reply_to_email=found.organiser_email,
        from_name=found.organiser,
    )
