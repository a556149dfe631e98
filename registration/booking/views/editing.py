"""Correct the contact and the attendees of a booking."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.answers.queries import answers_by_attendee, has_agreed
from registration.booking.answers.shared import shared_answers
from registration.booking.changes.change_address import change_contact, contact_of
from registration.booking.changes.edit import change_people
from registration.booking.changes.written import Corrected, written
from registration.booking.form.definition import FormDefinition
from registration.booking.form.meanwhile import fields_of_people, overtaken
from registration.booking.form.option_notes import require_firm
from registration.booking.form.people import (
    ContactForm,
    PeopleForm,
    answers_in,
    check_people,
    concerning,
    errors_of,
    people_form,
    tell,
)
from registration.booking.form.spec import form_of_registered
from registration.booking.models import Booking
from registration.booking.queries.bookings import Seat
from registration.booking.views.files import with_files
from registration.booking.views.manage import page_key, seat_in, target_in
from registration.booking.views.opening import check_pace, does_not_open, opened
from registration.core.database import db
from registration.core.optimistic_lock import ChangedMeanwhile, marks
from registration.core.refusal import Refusal
from registration.journal.services import ATTENDEE
from registration.web.guards import check_action_key
from registration.web.locale import asks_language

# Mails to new addresses that one booking may cause in an hour.
PER_BOOKING = 5


def contact(token: str) -> ResponseReturnValue:
    """Show the form of the contact."""
    booked = opened(token)
    return _contact_page(token, _contact_form(booked), 200)


def save_contact(token: str) -> ResponseReturnValue:
    """Save name and language; another address is asked to confirm first."""
    booked = opened(token)
    form = ContactForm(formdata=request.form)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not form.validate():
            return _contact_page(token, form, 422)
        new_email = form.email.data if form.email.data != booked.email else ""
        if new_email:
            check_pace(f"address:{booked.id}", PER_BOOKING)
        change_contact(booked.id, form.name.data, form.locale.data, new_email, form.seen.data or "")
    except ChangedMeanwhile as changed:
        stored = _contact_form(opened(token))
        overtaken(form, changed, form._fields, stored._fields)
        return _contact_page(token, form, changed.status)
    except Refusal as refusal:
        tell(form, refusal)
        return _contact_page(token, form, refusal.status)
    return redirect(url_for("booking.booking", token=token, saved="yes"), 303)


def people(token: str, registration_id: int) -> ResponseReturnValue:
    """Show the form of a registration's attendees."""
    booked = opened(token)
    seat = seat_in(booked, registration_id)
    definition = definition_of(seat)
    return _people_page(token, booked, seat, definition, _form(seat, definition, None), 200)


def save_people(token: str, registration_id: int) -> ResponseReturnValue:
    """Save the attendees, or show the form again with what to do."""
    booked = opened(token)
    seat = seat_in(booked, registration_id)
    definition = definition_of(seat)
    data, told = with_files(definition, lambda: _nonce(token, booked.id, registration_id))
    form = _form(seat, definition, data)
    if asks_language():
        return _people_page(token, booked, seat, definition, form, 422)
    agreed = has_agreed(db.session(), booked.id, "sensitive")
    target = target_in(booked, registration_id)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not check_people(form, definition, told, has_agreed=agreed):
            return _people_page(token, booked, seat, definition, form, 422)
        wording = str(form.consent_sensitive.label.text) if form.consent_sensitive.data else ""
        change_people(target, _corrected(form, definition), ATTENDEE, wording, form.seen.data or "")
    except ChangedMeanwhile as changed:
        seat = seat_in(opened(token), registration_id)
        stored = fields_of_people(_form(seat, definition, None), definition)
        overtaken(form, changed, fields_of_people(form, definition), stored)
        return _people_page(token, opened(token), seat, definition, form, changed.status)
    except Refusal as refusal:
        tell(form, refusal)
        return _people_page(token, booked, seat, definition, form, refusal.status)
    return redirect(url_for("booking.booking", token=token, saved="yes"), 303)


def definition_of(seat: Seat) -> FormDefinition:
    """Return what the form of the registration's event asks."""
    spec = form_of_registered(db.session(), seat.slug)
    if spec is None:
        raise does_not_open()
    return FormDefinition((spec,))


def _nonce(token: str, booking_id: int, registration_id: int) -> str:
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    return f"booking:{booking_id}:{registration_id}"


def _corrected(form: PeopleForm, definition: FormDefinition) -> list[Corrected]:
    event_ids = [spec.event_id for spec in definition.specs]
    found = []
    for number, one in enumerate(form.attendees):
        answers = answers_in(one.form, definition.of_attendees, form, event_ids)
        if number == 0:
            answers += answers_in(form, definition.of_contact, form, event_ids)
        known = one.form.id.data or ""
        found.append(
            Corrected(
                attendee_id=int(known) if known.isdecimal() and len(known) < 10 else 0,
                name=one.form.name.data,
                email=one.form.email.data or "",
                firm=one.form.firm.data or "",
                answers=answers,
            )
        )
    return found


def _form(seat: Seat, definition: FormDefinition, formdata: Mapping[str, Any] | None) -> PeopleForm:
    answers = answers_by_attendee(db.session(), [one.id for one in seat.present])
    for one in shared_answers(db.session(), seat.registration_id):
        answers.setdefault(seat.present[0].id, {})[one.question_id] = one.value
    form = people_form(definition, seat.present, answers, formdata)
    if formdata is None:
        form.seen.data = marks(written(db.session(), seat.registration_id))
    return form


def _contact_form(booked: Booking) -> ContactForm:
    form = ContactForm(formdata=None, data={"email": booked.email, **contact_of(booked)})
    form.seen.data = marks(contact_of(booked))
    return form


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
    token: str, booked: Booking, seat: Seat, definition: FormDefinition, form: PeopleForm, status: int
) -> ResponseReturnValue:
    errors = errors_of(form)
    require_firm([one.form.firm for one in form.attendees], seat.line)
    asks_consent = definition.has_sensitive and not has_agreed(db.session(), booked.id, "sensitive")
    page = render_template(
        "booking/people.html",
        form=form,
        definition=definition,
        own=concerning(form, definition.of_contact),
        people=[(one.form, concerning(one.form, definition.of_attendees)) for one in form.attendees],
        seat=seat,
        token=token,
        key=page_key(token),
        asks_consent=asks_consent,
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
