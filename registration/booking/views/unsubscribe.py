"""No more reminders and messages: one press, or none where the mail program does it (RFC 8058)."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.changes.unsubscribe import unsubscribe, unsubscribe_attendee
from registration.booking.emails.registration import unsubscribed_booking
from registration.booking.queries.own_seats import unsubscribing
from registration.core.database import db
from registration.core.refusal import NotFound


def show(token: str) -> ResponseReturnValue:
    """Ask; a mail scanner that follows the link changes nothing."""
    _booking(token)
    return render_template("booking/unsubscribe.html", token=token, is_done="done" in request.args)


def submit(token: str) -> ResponseReturnValue:
    """End them. A mail program posts here without a cookie or a key, so the address alone is the proof."""
    own = unsubscribing(db.session(), token)
    if own is None:
        unsubscribe(_booking(token))
    else:
        unsubscribe_attendee(own.attendee_id)
    return redirect(url_for("booking.unsubscribe", token=token, done=1), 303)


def _booking(token: str) -> int:
    own = unsubscribing(db.session(), token)
    booking_id = unsubscribed_booking(token) if own is None else own.booking_id
    if booking_id is None:
        raise NotFound(_("This link is no longer valid. Use the link in our latest email."))
    return booking_id
