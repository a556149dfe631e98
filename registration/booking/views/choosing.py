"""Change what an attendee comes to, bring one more person, move to another event of the programme."""

from collections.abc import Collection

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.answers.queries import has_agreed
from registration.booking.changes import move as changes_move
from registration.booking.changes import party as changes_party
from registration.booking.form import choices as form_choices
from registration.booking.form.choices import ChoiceForm, PersonForm
from registration.booking.form.definition import FormDefinition
from registration.booking.form.option_notes import note_categories, require_firm
from registration.booking.form.people import KeyedForm, askable, concerning, errors_of
from registration.booking.form.spec import form_of_registered, with_sessions
from registration.booking.models import Booking
from registration.booking.queries.alternatives import Alternative, alternatives, picked_sessions
from registration.booking.queries.bookings import Companion, Seat, seats_of
from registration.booking.views.editing import definition_of
from registration.booking.views.handover import person_of
from registration.booking.views.manage import page_key, seat_in, target_in
from registration.booking.views.opening import does_not_open, opened
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.rules import Phase
from registration.journal.services import ATTENDEE
from registration.seats.queries import availability
from registration.web.guards import check_action_key
from registration.web.locale import page_locale


def choice(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Show category and sessions of one attendee."""
    held = seat_in(opened(token), registration_id)
    person = person_of(held, attendee_id)
    picked = picked_sessions(db.session(), attendee_id)
    definition = _own_definition(held, picked)
    form = form_choices.choice_form(definition, person, picked, None)
    return _choice_page(token, held, person, definition, form, 200)


def choose(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Ask for another category or other sessions; what she has is hers until that is certain."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    person = person_of(held, attendee_id)
    definition = _own_definition(held, picked_sessions(db.session(), attendee_id))
    target = target_in(booked, registration_id)
    form = form_choices.choice_form(definition, person, (), request.form)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not form_choices.check_choice(form, definition):
            return _choice_page(token, held, person, definition, form, 422)
        sessions = [int(one) for one in form_choices.sessions_in(form)]
        changes_party.change_choice(target, attendee_id, form_choices.category_in(form), sessions, ATTENDEE)
    except NotFound:
        raise
    except Refusal as refusal:
        form_choices.tell_at(form, refusal)
        return _choice_page(token, held, person, definition, form, refusal.status)
    return _back(token)


def one_more(token: str, registration_id: int) -> ResponseReturnValue:
    """Ask who else comes."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    _check_grows(held)
    form = form_choices.person_form(definition_of(held), booked.firm, None)
    return _person_page(token, booked, held, form, 200)


def add(token: str, registration_id: int) -> ResponseReturnValue:
    """Let one more person come with the party."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    definition, target = definition_of(held), target_in(booked, registration_id)
    form = form_choices.person_form(definition, booked.firm, request.form)
    booking_id = booked.id
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        agreed = has_agreed(db.session(), booking_id, "sensitive")
        if not form_choices.check_person(form, definition, has_agreed=agreed):
            return _person_page(token, booked, held, form, 422)
        _check_size(booked, held)
        wording = str(form.consent_sensitive.label.text) if form.consent_sensitive.data else ""
        changes_party.add_people(target, [form_choices.person_in(form, definition)], ATTENDEE, wording)
    except NotFound:
        raise
    except Refusal as refusal:
        form_choices.tell_at(form, refusal)
        return _person_page(token, booked, held, form, refusal.status)
    return _back(token)


def move_page(token: str, registration_id: int, slug: str) -> ResponseReturnValue:
    """Say what moving to another event of the programme means, and ask."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    other = _alternative(booked, held, slug)
    definition = _definition(slug)
    form = form_choices.move_form(definition, held.present, None)
    return _move_page(token, held, other, definition, form, 200)


def move(token: str, registration_id: int, slug: str) -> ResponseReturnValue:
    """Ask for seats at the other event; what they have is given back once those are certain."""
    booked = opened(token)
    held = seat_in(booked, registration_id)
    other = _alternative(booked, held, slug)
    target = target_in(booked, registration_id)
    definition = _definition(slug)
    form = form_choices.move_form(definition, held.present, request.form)
    try:
        check_action_key(f"booking:{token}", request.form.get("key", ""))
        if not form.validate():
            return _move_page(token, held, other, definition, form, 422)
        changes_move.move(target, other.event_id, form_choices.categories_in(form, held.present), ATTENDEE)
    except NotFound:
        raise
    except Refusal as refusal:
        form_choices.tell_at(form, refusal)
        return _move_page(token, held, other, definition, form, refusal.status)
    return _back(token)


def _check_grows(held: Seat) -> None:
    """Raise Refusal where nobody more may come with the registration: a form would only be refused."""
    if held.by_invitation:
        raise Refusal(_("This event is by invitation only. Ask the organiser whether one more may come."))
    if not held.may_grow or definition_of(held).specs[0].phase is not Phase.OPEN:
        raise Refusal(_("Registration is not open now. Ask the organiser."))


def _check_size(booked: Booking, held: Seat) -> None:
    """Raise Refusal where the booking has as many people at the event as may come."""
    _check_grows(held)
    most = current_app.config["MAX_PARTY"]
    mine = seats_of(db.session(), booked.id, page_locale())
    present = sum(len(one.present) for one in mine if one.is_active and one.event_id == held.event_id)
    if present >= most:
        raise Refusal(
            _("One form can register at most %(most)s people. Send a second form for the others.", most=most)
        )


def _alternative(booked: Booking, held: Seat, slug: str) -> Alternative:
    for one in alternatives(db.session(), booked, held.event_id, page_locale()):
        if one.slug == slug and held.may_move:
            return one
    raise NotFound(_("There is no such event to move to now."))


def _own_definition(held: Seat, picked: Collection[int]) -> FormDefinition:
    """Return what the event offers, and what she has of what it no longer offers."""
    [spec] = definition_of(held).specs
    return FormDefinition((with_sessions(db.session(), spec, picked),))


def _definition(slug: str) -> FormDefinition:
    spec = form_of_registered(db.session(), slug)
    if spec is None:
        raise does_not_open()
    return FormDefinition((spec,))


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for("booking.booking", token=token), 303)


def _choice_page(
    token: str, held: Seat, person: Companion, definition: FormDefinition, form: ChoiceForm, status: int
) -> ResponseReturnValue:
    return _page("choice", token, held, form, status, person=person, definition=definition)


def _person_page(
    token: str, booked: Booking, held: Seat, form: PersonForm, status: int
) -> ResponseReturnValue:
    definition = definition_of(held)
    asks_consent = any(one.question.is_sensitive for one in definition.of_attendees) and not has_agreed(
        db.session(), booked.id, "sensitive"
    )
    questions = concerning(form, askable(definition.of_attendees), is_choosing=True)
    return _page("one_more", token, held, form, status, questions=questions, asks_consent=asks_consent)


def _move_page(
    token: str, held: Seat, other: Alternative, definition: FormDefinition, form: KeyedForm, status: int
) -> ResponseReturnValue:
    seats = availability(db.session(), [other.event_id])[other.event_id]
    left = seats.left
    for group in definition.categories:
        for field in form_choices.category_fields(form, held.present):
            note_categories(field, group, definition, {other.event_id: seats})
    asks = bool(definition.questions)
    return _page("move", token, held, form, status, other=other, left=left, asks=asks)


def _page(
    template: str, token: str, held: Seat, form: KeyedForm, status: int, **values: object
) -> ResponseReturnValue:
    errors = errors_of(form)
    seats = availability(db.session(), [held.event_id])[held.event_id]
    definition = definition_of(held)
    if "category" in form:
        note_categories(form["category"], definition.categories[0], definition, {held.event_id: seats})
    if "firm" in form:
        require_firm([form["firm"]], held.line)
    page = render_template(
        f"booking/{template}.html",
        form=form,
        seat=held,
        rooms=seats.sessions,
        token=token,
        key=page_key(token),
        errors=errors,
        has_errors=bool(errors),
        **({"definition": definition} | values),
    )
    return page, status
