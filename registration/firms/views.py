"""The page of whoever looks after the people of a firm."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.changes.cancel import Target, cancel_attendee
from registration.booking.changes.handover import hand_over, withdraw
from registration.booking.form.people import SuccessorForm, errors_of, tell
from registration.booking.queries.bookings import seat
from registration.booking.views.handover import PER_BOOKING, successor
from registration.booking.views.opening import (
    LinkDoesNotOpen,
    check_pace,
    does_not_open,
    no_link_page,
    opened_link,
)
from registration.capability.services import FIRM
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.firms import messages
from registration.firms.models import Coordinator
from registration.firms.queries import (
    FirmPerson,
    coordinator,
    firm_events,
    firm_people,
    organiser_of,
    was_of_firm,
)
from registration.firms.services import COORDINATOR
from registration.mail.composing import composers
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale

bp = Blueprint("firms", __name__, url_prefix="/firms/<token>")
bp.register_error_handler(LinkDoesNotOpen, no_link_page)


def init_app(app: Flask) -> None:
    """Register who writes the mail with the link."""
    with app.app_context():
        composers()[messages.KIND] = messages.compose


@bp.get("/")
def firm(token: str) -> ResponseReturnValue:
    """Show the firm's people at each coming event, with seats used and left."""
    one = _opened(token)
    return render_template(
        "firms/firm.html",
        firm=one.firm,
        organiser=organiser_of(db.session(), one),
        events=firm_events(db.session(), one, page_locale()),
        token=token,
        key=action_key(f"firm:{token}"),
    )


@bp.post("/attendees/<int:attendee_id>/cancel")
def cancel(token: str, attendee_id: int) -> ResponseReturnValue:
    """Give one person's seat, or place on the waitlist, back; again is no error."""
    one = _acting(token)
    try:
        cancel_attendee(_target(_person(one, attendee_id)), attendee_id, COORDINATOR)
    except NotFound:
        if not was_of_firm(db.session(), one, attendee_id):
            raise
    return redirect(url_for("firms.firm", token=token), 303)


@bp.get("/attendees/<int:attendee_id>/hand-over")
def ask(token: str, attendee_id: int) -> ResponseReturnValue:
    """Ask who is to come instead."""
    one = _opened(token)
    form = SuccessorForm(formdata=None, data={"firm": one.firm})
    return _ask_page(token, _person(one, attendee_id), form, 200)


@bp.post("/attendees/<int:attendee_id>/hand-over")
def send(token: str, attendee_id: int) -> ResponseReturnValue:
    """Ask the new person; the seat stays where it is until the answer is yes."""
    one = _opened(token)
    person = _person(one, attendee_id)
    form = SuccessorForm(formdata=request.form)
    try:
        check_action_key(f"firm:{token}", request.form.get("key", ""))
        if not form.validate():
            return _ask_page(token, person, form, 422)
        check_pace(f"firm:{one.id}", PER_BOOKING)
        hand_over(_target(person), attendee_id, successor(form, one.locale), COORDINATOR)
    except NotFound:
        raise
    except Refusal as refusal:
        tell(form, refusal)
        return _ask_page(token, person, form, refusal.status)
    return redirect(url_for("firms.firm", token=token), 303)


@bp.post("/attendees/<int:attendee_id>/keep")
def keep(token: str, attendee_id: int) -> ResponseReturnValue:
    """Take back the question whether somebody else comes."""
    person = _person(_acting(token), attendee_id)
    if person.handover is not None:
        withdraw(person.handover.booking_id, person.handover.id, COORDINATOR)
    return redirect(url_for("firms.firm", token=token), 303)


def _opened(token: str) -> Coordinator:
    one = coordinator(db.session(), opened_link(token, FIRM).subject_id)
    if one is None:
        raise does_not_open()
    return one


def _acting(token: str) -> Coordinator:
    one = _opened(token)
    check_action_key(f"firm:{token}", request.form.get("key", ""))
    return one


def _person(one: Coordinator, attendee_id: int) -> FirmPerson:
    for person in firm_people(db.session(), one):
        if person.attendee_id == attendee_id:
            return person
    raise NotFound(_("This person is not in this registration."))


def _target(person: FirmPerson) -> Target:
    return Target(person.event_id, person.registration_id)


def _ask_page(token: str, person: FirmPerson, form: SuccessorForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template(
        "booking/hand_over.html",
        form=form,
        seat=seat(db.session(), person.registration_id, page_locale()),
        person=person,
        back=url_for("firms.firm", token=token),
        key=action_key(f"firm:{token}"),
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
