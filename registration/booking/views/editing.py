"""Correct the contact and the attendees of a booking."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.answers import answers_by_attendee, has_agreed
from registration.booking.editing_forms import (
    ContactForm,
    PeopleForm,
    answers_in,
    check_people,
    errors_of,
    people_form,
    question_fields,
    tell,
)
from registration.booking.forms import SENSITIVE_CONSENT
from registration.booking.formspec import FormSpec, form_spec
from registration.booking.models import Booking
from registration.booking.queries import Seat
from registration.booking.services.edit import Corrected, change_contact, change_people
from registration.booking.services.readdress import ask_address
from registration.booking.views.manage import page_key, seat_in, target_in
from registration.booking.views.opening import check_pace, does_not_open, opened
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.journal.services import ATTENDEE
from registration.web.guards import check_action_key

# Mails to new addresses that one booking may cause in an hour.
PER_BOOKING = 5


def contact(token: str) -> ResponseReturnValue:
    """Show the form of the contact."""
    booked = opened(token)
    known = {"name": booked.name, "email": booked.email, "locale": booked.locale}
    return _contact_page(token, ContactForm(formdata=None, data=known), 200)


def save_contact(token: str) -> ResponseReturnValue:
    """Save name and language; another address is asked to confirm first."""
    booked = opened(token)
    form = ContactForm(formdata=request.form)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not form.validate():
            return _contact_page(token, form, 422)
        if form.email.data != booked.email:
            check_pace(f"address:{booked.id}", PER_BOOKING)
            ask_address(booked.id, form.email.data)
        change_contact(booked.id, form.name.data, form.locale.data)
    except Refusal as refusal:
        tell(form, refusal)
        return _contact_page(token, form, refusal.status)
    return redirect(url_for("booking.booking", token=token), 303)


def people(token: str, registration_id: int) -> ResponseReturnValue:
    """Show the form of a registration's attendees."""
    booked = opened(token)
    seat = seat_in(booked, registration_id)
    return _people_page(token, booked, seat, _spec(seat), _form(seat, None), 200)


def save_people(token: str, registration_id: int) -> ResponseReturnValue:
    """Save the attendees, or show the form again with what to do."""
    booked = opened(token)
    seat = seat_in(booked, registration_id)
    spec, form = _spec(seat), _form(seat, request.form)
    agreed = has_agreed(db.session(), booked.id, "sensitive")
    target = target_in(booked, registration_id)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not check_people(form, spec, has_agreed=agreed):
            return _people_page(token, booked, seat, spec, form, 422)
        wording = str(SENSITIVE_CONSENT) if form.consent_sensitive.data else ""
        change_people(target, _corrected(form, spec), ATTENDEE, wording)
    except Refusal as refusal:
        tell(form, refusal)
        return _people_page(token, booked, seat, spec, form, refusal.status)
    return redirect(url_for("booking.booking", token=token), 303)


def _corrected(form: PeopleForm, spec: FormSpec) -> list[Corrected]:
    return [
        Corrected(
            attendee_id=int(one.form.id.data) if (one.form.id.data or "").isdecimal() else 0,
            name=one.form.name.data,
            email=one.form.email.data or "",
            firm=one.form.firm.data or "",
            answers=answers_in(one.form, spec),
        )
        for one in form.attendees
    ]


def _form(seat: Seat, formdata: Mapping[str, Any] | None) -> PeopleForm:
    answers = answers_by_attendee(db.session(), [one.id for one in seat.present])
    return people_form(_spec(seat), seat.present, answers, formdata)


def _spec(seat: Seat) -> FormSpec:
    spec = form_spec(db.session(), seat.slug)
    if spec is None:
        raise does_not_open()
    return spec


def _contact_page(token: str, form: ContactForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template(
        "booking/contact.html",
        form=form,
        token=token,
        key=page_key(token),
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status


def _people_page(
    token: str, booked: Booking, seat: Seat, spec: FormSpec, form: PeopleForm, status: int
) -> ResponseReturnValue:
    errors = errors_of(form)
    asks_consent = any(one.is_sensitive for one in spec.questions) and not has_agreed(
        db.session(), booked.id, "sensitive"
    )
    page = render_template(
        "booking/people.html",
        form=form,
        people=[(one.form, question_fields(one.form, spec)) for one in form.attendees],
        seat=seat,
        token=token,
        key=page_key(token),
        asks_consent=asks_consent,
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
