"""The answer to "are you still coming?", given on the booking's own page."""

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.changes.target import Target
from registration.booking.queries.bookings import seats_of
from registration.booking.views.opening import opened
from registration.booking.views.page_parts import parts
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.reconfirm.queries import open_questions
from registration.reconfirm.rules import NO, YES
from registration.reconfirm.services import answer, give_back
from registration.web.guards import check_action_key

bp = Blueprint("reconfirm", __name__)


def init_app(app: Flask) -> None:
    """Show the question on the booking's page."""
    with app.app_context():
        parts()["booking/parts/reconfirm.html"] = open_questions


@bp.post("/bookings/<token>/registrations/<int:registration_id>/reconfirm")
def reconfirm(token: str, registration_id: int) -> ResponseReturnValue:
    """Take yes or no; a no gives the seats back at once."""
    booked = opened(token)
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    seats = seats_of(db.session(), booked.id, booked.locale)
    event_ids = [one.event_id for one in seats if one.registration_id == registration_id]
    if not event_ids:
        raise NotFound(_("There is no such registration."))
    word = request.form.get("answer", "")
    if word not in (YES, NO):
        raise Unanswered(_("Choose one of the two buttons."))
    if word == NO:
        give_back(Target(event_ids[0], registration_id, booked.id))
    else:
        answer(registration_id, word)
    return redirect(url_for("booking.booking", token=token), 303)


class Unanswered(Refusal):
    """The form said neither yes nor no."""

    status = 422
    code = "unanswered"
