"""Create an event, and change it."""

from dataclasses import replace

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.core.refusal import Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.organiser.event import forms
from registration.organiser.event import services as event_services
from registration.organiser.shared.concurrent_form import save_merged
from registration.organiser.shared.consequences import goes_back, saved_sentence, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, tell
from registration.organiser.translations.services import languages_of


@organiser_page(EDIT)
def new(organiser: Organiser) -> ResponseReturnValue:
    """Create an event."""
    form = forms.NewEventForm(kept_zone=organiser.time_zone)
    if request.method == "GET":
        form.time_zone.data, form.locale.data = organiser.time_zone, organiser.locale
        form.shows_seats.data = form.has_waitlist.data = True
        return _new_page(organiser, form, 200)
    if not form.validate():
        return _new_page(organiser, form, 422)
    rows = [(row.form.name.data, row.form.capacity.data) for row in form.categories if row.form.name.data]
    made = event_services.NewEvent(form.facts(), form.text(), form.capacity.data or 0, form.policy.data, rows)
    try:
        slug = event_services.create_event(organiser.id, made, current_app.config["UID_HOST"], actor())
    except Refusal as refusal:
        return _new_page(organiser, form, tell(form, refusal))
    return done(_("The event was created."), "overview", slug=slug)


@event_page(EDIT)
def edit(event: Event) -> ResponseReturnValue:
    """Change facts and words."""
    form = forms.EventForm(kept_zone=event.time_zone)
    form.stored = lambda: _stored(event)
    if request.method == "GET":
        forms.fill(form, event, event.locale)
        form.shows(event_services.stored_event(event))
        return _edit_page(event, form, 200)
    if goes_back() or not form.validate():
        return _edit_page(event, form, 422)
    slug = event.slug
    try:
        told = save_merged(form, lambda: _change(event, form))
    except Refusal as refusal:
        return _edit_page(event, form, tell(form, refusal))
    return done(saved_sentence(told), "overview", slug=slug)


def _change(event: Event, form: forms.EventForm) -> int | None:
    # A cancelled event is not revived by an edit of its words.
    status = "cancelled" if event.status == EventStatus.CANCELLED else None
    # Where it lies on the map is not asked here, and stays.
    facts = replace(
        form.facts(status), country=event.country, latitude=event.latitude, longitude=event.longitude
    )
    facts = forms.with_days_kept(facts, event)
    return event_services.change_event(
        event.id, facts, form.text(), actor(), form.seen(), tell=whether_to_tell()
    )


def _stored(event: Event) -> forms.EventForm:
    form = forms.EventForm(formdata=None, kept_zone=event.time_zone)
    forms.fill(form, event, event.locale)
    return form


def _new_page(organiser: Organiser, form: forms.NewEventForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template(
        "organiser/new.html", organiser=organiser, form=form, errors=errors, has_errors=bool(errors)
    )
    return page, status


def _edit_page(event: Event, form: forms.EventForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    return event_screen(
        "edit.html",
        event,
        status,
        form=form,
        languages_of=languages_of(event),
        slug=event.slug,
        words_page="organiser.translation",
        errors=errors,
        has_errors=bool(errors),
    )
