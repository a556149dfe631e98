"""The mail that asks who still comes: booking writes it, unless it is answered by then."""

from flask import Flask
from sqlalchemy.orm import Session

from registration.booking.emails.registration import compose as written
from registration.booking.notifications.kinds import RECONFIRM
from registration.mail.composing import Draft, Superseded, composers
from registration.mail.models import OutgoingMessage
from registration.reconfirm.models import Reconfirmation


def init_app(app: Flask) -> None:
    """Register who writes the mail."""
    with app.app_context():
        composers()[RECONFIRM] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when there is nothing more to ask."""
    asked = session.get(Reconfirmation, message.registration_id)
    if asked is not None and asked.answer is not None:
        raise Superseded("it is answered by now")
    return written(session, message)
