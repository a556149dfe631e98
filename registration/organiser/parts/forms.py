"""The forms that change one category or session, with its words in every language that the event speaks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field

from registration.booking.event_settings.sessions import SessionFacts, stored_session
from registration.events.models import Category, Event, EventSession
from registration.events.services import CategoryFacts
from registration.events.wording import FIELDS
from registration.organiser.parts.category_forms import CategoryLimitForm
from registration.organiser.parts.services import stored_category
from registration.organiser.parts.session_forms import SessionForm
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import line_field
from registration.organiser.translations.forms import LENGTHS
from registration.web.filters import language_name


class CategoryEditForm(SharedForm, CategoryLimitForm):
    """A category as it is; its words in other languages are added by event."""


class SessionEditForm(SharedForm, SessionForm):
    """A session as it is; its words in other languages are added by event."""

    is_offered = BooleanField(
        _l("Offered to those who register now"),
        description=_l("Without the tick nobody else can pick it; whoever has picked it keeps it."),
    )


def category_form(event: Event, category: Category, *, is_sent: bool = True) -> CategoryEditForm:
    """Return the form with what is stored, or with what was sent where the form *is_sent*."""
    zone = ZoneInfo(event.time_zone)
    stored = {
        "name": category.name,
        "hint": category.hint,
        "priority": category.priority,
        "opens_at": _local(category.opens_at, zone),
        "closes_at": _local(category.closes_at, zone),
    }
    form: CategoryEditForm = _made(CategoryEditForm, event, category, stored, is_sent)
    if not form.revision.data:
        form.shows(stored_category(category))
    form.priority.description = _l(
        "For who registers from now on: a higher number gets free seats first. Empty: 0."
    )
    return form


def session_form(event: Event, one: EventSession, *, is_sent: bool = True) -> SessionEditForm:
    """Return the form with what is stored, or with what was sent where the form *is_sent*."""
    zone = ZoneInfo(event.time_zone)
    stored = {
        "name": one.name,
        "hint": one.hint,
        "starts_at": _local(one.starts_at, zone),
        "ends_at": _local(one.ends_at, zone),
        "is_offered": one.is_offered,
    }
    form: SessionEditForm = _made(SessionEditForm, event, one, stored, is_sent)
    if not form.revision.data:
        form.shows(stored_session(one))
    return form


def category_facts(form: CategoryEditForm, event: Event, category: Category) -> CategoryFacts:
    """Return what the form says; a time that was not touched is the same moment."""
    zone = ZoneInfo(event.time_zone)
    facts = form.facts(zone)
    return replace(
        facts,
        opens_at=_kept(form.opens_at, category.opens_at, facts.opens_at, zone),
        closes_at=_kept(form.closes_at, category.closes_at, facts.closes_at, zone),
    )


def session_facts(form: SessionEditForm, event: Event, one: EventSession) -> SessionFacts:
    """Return what the form says; a time that was not touched is the same moment."""
    zone = ZoneInfo(event.time_zone)
    facts = form.facts(zone)
    return replace(
        facts,
        starts_at=_kept(form.starts_at, one.starts_at, facts.starts_at, zone),
        ends_at=_kept(form.ends_at, one.ends_at, facts.ends_at, zone),
        is_offered=form.is_offered.data,
    )


def words_in(form: FlaskForm, event: Event) -> Mapping[str, Mapping[str, str]]:
    """Return the words in other languages, by language and column."""
    return {
        code: {name: form[f"{name}-{code}"].data or "" for name in ("name", "hint")}
        for code in other_languages(event)
    }


def word_fields(form: FlaskForm, event: Event) -> list[tuple[str, list[Field]]]:
    """Return the fields of each other language under its name."""
    return [
        (language_name(code), [form[f"{name}-{code}"] for name in ("name", "hint")])
        for code in other_languages(event)
    ]


def other_languages(event: Event) -> list[str]:
    """Return the languages beside its own in which the event has texts."""
    return [text.locale for text in event.texts if text.locale != event.locale]


def _made(
    base: type[FlaskForm], event: Event, part: Category | EventSession, stored: dict[str, Any], is_sent: bool
) -> Any:
    fields: dict[str, Field] = {}
    labels = {"name": _("Its name"), "hint": _("In one sentence")}
    for code in other_languages(event):
        for name in FIELDS[type(part)]:
            label = _("%(text)s in %(language)s", text=labels[name], language=language_name(code))
            fields[f"{name}-{code}"] = line_field(label, length=LENGTHS[name])
            stored[f"{name}-{code}"] = part.translations.get(code, {}).get(name, "")
    form = type(f"Event{base.__name__}", (base,), fields)
    return form(data=stored) if is_sent else form(None, data=stored)


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.astimezone(zone).replace(tzinfo=None)


def _kept(field: Field, stored: datetime | None, typed: Any, zone: ZoneInfo) -> Any:
    """Browsers send minutes, and an hour that comes twice has one name: what stands there is what it was."""
    shown = _local(stored, zone)
    return stored if shown and field.data in (shown, shown.replace(second=0, microsecond=0)) else typed
