"""Create an event, and change it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.core.refusal import Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser import forms, services
from registration.organiser.translations import languages_of
from registration.organiser.views.frame import actor, done, event_screen, tell


@organiser_page(EDIT)
def new(organiser: Organiser) -> ResponseReturnValue:
    """Create an event."""
    form = forms.NewEventForm()
    if request.method == "GET":
        form.time_zone.data, form.locale.data = organiser.time_zone, organiser.locale
        form.shows_seats.data = form.has_waitlist.data = True
        return _new_page(organiser, form, 200)
    if not form.validate():
        return _new_page(organiser, form, 422)
    rows = [(row.form.name.data, row.form.capacity.data) for row in form.categories if row.form.name.data]
    made = services.NewEvent(form.facts(), form.text(), form.capacity.data or 0, form.policy.data, rows)
    try:
        slug = services.create_event(organiser.id, made, current_app.config["UID_HOST"], actor())
    except Refusal as refusal:
        tell(form, refusal)
        return _new_page(organiser, form, 422)
    return done(_("The event was created."), "overview", slug=slug)


@event_page(EDIT)
def edit(event: Event) -> ResponseReturnValue:
    """Change facts and words."""
    form = forms.EventForm()
    if request.method == "GET":
        forms.fill(form, event, event.locale)
        return _edit_page(event, form, 200)
    if not form.validate():
        return _edit_page(event, form, 422)
    # A cancelled event is not revived by an edit of its words.
    status = "cancelled" if event.status == "cancelled" else None
    slug = event.slug
    try:
        told = services.change_event(event.id, form.facts(status), form.text(), actor())
    except Refusal as refusal:
        tell(form, refusal)
        return _edit_page(event, form, 422)
    sentence = _("Saved.")
    if told is not None:
        sentence += " " + ngettext(
            "When or where has changed: %(num)s registration is told, and calendars follow.",
            "When or where has changed: %(num)s registrations are told, and calendars follow.",
            told,
        )
    return done(sentence, "overview", slug=slug)


@event_page(EDIT)
def add_category(event: Event) -> ResponseReturnValue:
    """Add a category, with seats of its own or without."""
    form = forms.CategoryLimitForm()

    def save() -> None:
        facts = form.facts(ZoneInfo(event.time_zone))
        services.add_category(event.id, facts, form.capacity.data, actor())

    return _added(event, form, _("Add a category"), save)


def _added(event: Event, form: FlaskForm, heading: str, save: Callable[[], None]) -> ResponseReturnValue:
    slug = event.slug
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                save()
            except Refusal as refusal:
                tell(form, refusal)
            else:
                return done(_("Added."), "edit", slug=slug)
    errors = forms.errors_of(form)
    return event_screen(
        "add.html", event, status, form=form, heading=heading, errors=errors, has_errors=bool(errors)
    )


def _new_page(organiser: Organiser, form: forms.NewEventForm, status: int) -> ResponseReturnValue:
    errors = forms.errors_of(form)
    page = render_template(
        "organiser/new.html", organiser=organiser, form=form, errors=errors, has_errors=bool(errors)
    )
    return page, status


def _edit_page(event: Event, form: forms.EventForm, status: int) -> ResponseReturnValue:
    errors = forms.errors_of(form)
    return event_screen(
        "edit.html",
        event,
        status,
        form=form,
        languages_of=languages_of(event),
        errors=errors,
        has_errors=bool(errors),
    )
