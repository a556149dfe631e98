"""Change and remove the categories and the sessions of an event."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registration.accounts.access import EDIT
from registration.booking.event_settings import sessions as sessions_settings
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.access import event_page
from registration.events.models import Category, Event, EventSession
from registration.organiser.parts import forms as parts_forms
from registration.organiser.parts import services as parts_services
from registration.organiser.parts.category_forms import NewCategoryForm
from registration.organiser.shared.concurrent_form import SharedForm, save_merged
from registration.organiser.shared.consequences import goes_back, saved_sentence, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, tell
from registration.seats.queries import availability

T = TypeVar("T", Category, EventSession)


@event_page(EDIT)
def add_category(event: Event) -> ResponseReturnValue:
    """List the categories, and add one, with seats of its own or without."""
    form = NewCategoryForm()
    slug, event_id, zone = event.slug, event.id, ZoneInfo(event.time_zone)

    def save() -> str:
        parts_services.add_category(event_id, form.facts(zone), form.capacity.data, actor())
        return str(_("Added."))

    said = _said(form, save)
    if said:
        return done(said, "add_category", slug=slug)
    seats = availability(db.session(), [event_id])[event_id].categories
    return _screen("categories.html", event, form, seats=seats)


@event_page(EDIT)
def category(event: Event, category_id: int) -> ResponseReturnValue:
    """Change one category."""
    found = _part(event.categories, category_id)
    form = parts_forms.category_form(event, found)
    slug, event_id = event.slug, event.id

    def save() -> str:
        facts, words = parts_forms.category_facts(form, event, found), parts_forms.words_in(form, event)
        parts_services.change_category(event_id, category_id, facts, words, actor(), form.seen())
        return str(_("Saved."))

    form.stored = lambda: parts_forms.category_form(event, found, is_sent=False)
    said = _said(form, save)
    return done(said, "add_category", slug=slug) if said else _category_page(event, form, found)


@event_page(EDIT)
def remove_category(event: Event, category_id: int) -> ResponseReturnValue:
    """Remove a category that nobody is in."""
    slug = event.slug
    try:
        parts_services.remove_category(event.id, category_id, actor())
    except NotFound:
        raise
    except Refusal as refusal:
        found = _part(event.categories, category_id)
        form = parts_forms.category_form(event, found, is_sent=False)
        return _category_page(event, form, found, refusal)
    return done(_("Removed."), "add_category", slug=slug)


@event_page(EDIT)
def session(event: Event, session_id: int) -> ResponseReturnValue:
    """Change one session."""
    found = _part(event.sessions, session_id)
    form = parts_forms.session_form(event, found)
    slug, event_id = event.slug, event.id

    def save() -> str:
        facts, words = parts_forms.session_facts(form, event, found), parts_forms.words_in(form, event)
        told = sessions_settings.change_session(
            event_id, session_id, facts, words, actor(), form.seen(), tell=whether_to_tell()
        )
        return saved_sentence(told)

    form.stored = lambda: parts_forms.session_form(event, found, is_sent=False)
    said = _said(form, save)
    return done(said, "sessions", slug=slug) if said else _session_page(event, form, found)


@event_page(EDIT)
def remove_session(event: Event, session_id: int) -> ResponseReturnValue:
    """Remove a session that nobody has picked."""
    slug = event.slug
    try:
        sessions_settings.remove_session(event.id, session_id, actor())
    except NotFound:
        raise
    except Refusal as refusal:
        found = _part(event.sessions, session_id)
        form = parts_forms.session_form(event, found, is_sent=False)
        return _session_page(event, form, found, refusal)
    return done(_("Removed."), "sessions", slug=slug)


def _said(form: FlaskForm, save: Callable[[], str]) -> str:
    """Save what was sent and return what to say of it; nothing where the form has to be shown."""
    if request.method == "GET" or goes_back() or not form.validate():
        return ""
    try:
        return save_merged(form, save)
    except NotFound:
        raise
    except Refusal as refusal:
        tell(form, refusal)
        return ""


def _category_page(
    event: Event, form: FlaskForm, found: Category, refusal: Refusal | None = None
) -> ResponseReturnValue:
    others = parts_forms.word_fields(form, event)
    return _screen("category.html", event, form, refusal, category=found, others=others)


def _session_page(
    event: Event, form: FlaskForm, found: EventSession, refusal: Refusal | None = None
) -> ResponseReturnValue:
    others = parts_forms.word_fields(form, event)
    return _screen("session.html", event, form, refusal, session=found, others=others)


def _screen(
    template: str, event: Event, form: FlaskForm, refusal: Refusal | None = None, **values: object
) -> ResponseReturnValue:
    errors = [("main", refusal.sentence)] if refusal else errors_of(form)
    is_overtaken = isinstance(form, SharedForm) and form.is_overtaken
    is_sent = request.method == "POST"
    status = refusal.status if refusal else 409 if is_overtaken else 422 if is_sent else 200
    return event_screen(template, event, status, form=form, errors=errors, has_errors=bool(errors), **values)


def _part(parts: Sequence[T], part_id: int) -> T:
    found = next((one for one in parts if one.id == part_id), None)
    if found is None:
        raise NotFound(_("It is not there any more."))
    return found
