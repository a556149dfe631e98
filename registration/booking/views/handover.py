"""Hand a seat on, and take one over."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.changes.handover import Successor, Taking, hand_over, refuse, take_over
from registration.booking.form.definition import FormDefinition
from registration.booking.form.option_notes import require_firm
from registration.booking.form.people import (
    SuccessorForm,
    TakingForm,
    answers_in,
    check_taking,
    concerning,
    errors_of,
    taken_questions,
    taking_form,
    tell,
)
from registration.booking.models import Handover
from registration.booking.queries.bookings import Companion, Seat, seat
from registration.booking.queries.handovers import is_asked_by_firm
from registration.booking.views.editing import definition_of
from registration.booking.views.manage import page_key, seat_in, target_in
from registration.booking.views.opening import check_pace, does_not_open, opened, opened_link
from registration.capability.services import HANDOVER
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.rules import keeps_promises
from registration.journal.services import ATTENDEE
from registration.seats import rules
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale

# Mails to colleagues that one booking may cause in an hour.
PER_BOOKING = 10


def ask(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Ask who is to take the seat over."""
    held = seat_in(opened(token), registration_id)
    person = person_of(held, attendee_id)
    form = SuccessorForm(formdata=None, data={"firm": person.firm})
    return _ask_page(token, held, person, form, 200)


def send(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Send the question; the seat stays where it is until the answer is yes."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    person = person_of(held, attendee_id)
    target = target_in(booked, registration_id)
    form = SuccessorForm(formdata=request.form)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not form.validate():
            return _ask_page(token, held, person, form, 422)
        check_pace(f"handover:{booked.id}", PER_BOOKING)
        hand_over(target, attendee_id, successor(form, booked.locale), ATTENDEE)
    except NotFound:
        raise
    except Refusal as refusal:
        tell(form, refusal)
        return _ask_page(token, held, person, form, refusal.status)
    return redirect(url_for("booking.booking", token=token), 303)


def successor(form: SuccessorForm, locale: str) -> Successor:
    """Return who is named in *form*."""
    return Successor(form.name.data, form.email.data, form.firm.data or "", locale)


def show(token: str) -> ResponseReturnValue:
    """Ask the new person whether she takes the seat, or say what became of the question."""
    handover, held = _opened(token)
    person = _attendee(held, handover)
    form = taking_form(definition_of(held), person, None, name=handover.name, firm=handover.firm)
    return _page(token, handover, held, form, 200)


def take(token: str) -> ResponseReturnValue:
    """Give her the seat."""
    handover, held = _opened(token)
    definition = definition_of(held)
    form = taking_form(definition, _attendee(held, handover), request.form)
    try:
        check_action_key(f"handover:{token}", request.form.get("key", ""))
        if not check_taking(form, definition, is_alone=_is_alone(held)):
            return _page(token, handover, held, form, 422)
        own_token = take_over(handover.id, held.event_id, _taking(form, definition, held))
    except Refusal as refusal:
        tell(form, refusal)
        return _page(token, handover, held, form, refusal.status)
    if own_token is None:
        return redirect(url_for("booking.handover", token=token), 303)
    return redirect(url_for("booking.booking", token=own_token), 303)


def say_no(token: str) -> ResponseReturnValue:
    """Leave the seat where it is."""
    handover, _held = _opened(token)
    check_action_key(f"handover:{token}", request.form.get("key", ""))
    refuse(handover.id)
    return redirect(url_for("booking.handover", token=token), 303)


def _taking(form: TakingForm, definition: FormDefinition, held: Seat) -> Taking:
    asked = taken_questions(definition, is_alone=_is_alone(held))
    consents = [("registration", str(form.consent.label.text))]
    if form.consent_sensitive.data:
        consents.append(("sensitive", str(form.consent_sensitive.label.text)))
    return Taking(
        name=form.name.data,
        firm=form.firm.data or "",
        locale=page_locale(),
        answers=answers_in(form, asked, form, [held.event_id]),
        consents=tuple(consents),
    )


def person_of(held: Seat, attendee_id: int) -> Companion:
    """Return who still comes with a registration. Raises NotFound."""
    for one in held.present:
        if one.id == attendee_id:
            return one
    raise NotFound(_("There is no such attendee in this registration."))


def _attendee(held: Seat, handover: Handover) -> Companion | None:
    return next((one for one in held.attendees if one.id == handover.attendee_id), None)


def _is_alone(held: Seat) -> bool:
    return len(held.present) == 1


def _opened(token: str) -> tuple[Handover, Seat]:
    session = db.session()
    handover = session.get(Handover, opened_link(token, HANDOVER).subject_id)
    if handover is None:
        raise does_not_open()
    return handover, seat(session, handover.registration_id, page_locale())


def _ask_page(
    token: str, held: Seat, person: Companion, form: SuccessorForm, status: int
) -> ResponseReturnValue:
    errors = errors_of(form)
    require_firm([form.firm], held.line)
    page = render_template(
        "booking/hand_over.html",
        form=form,
        seat=held,
        person=person,
        back=url_for("booking.booking", token=token),
        key=page_key(token),
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status


def _page(token: str, handover: Handover, held: Seat, form: TakingForm, status: int) -> ResponseReturnValue:
    errors, definition = errors_of(form), definition_of(held)
    require_firm([form.firm], held.line)
    asked = taken_questions(definition, is_alone=_is_alone(held))
    is_there = held.state == rules.CONFIRMED and keeps_promises(held.event_status)
    outcome = handover.state if handover.state != "open" or is_there else "gone"
    page = render_template(
        "booking/handover.html",
        form=form,
        definition=definition,
        questions=concerning(form, asked),
        has_sensitive=any(one.question.is_sensitive for one in asked),
        handover=handover,
        by_firm=is_asked_by_firm(db.session(), handover),
        outcome=outcome,
        seat=held,
        token=token,
        key=action_key(f"handover:{token}"),
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
