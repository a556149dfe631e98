"""How an event's seats go to whom: the rules of its line, its sessions, what is agreed with firms."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registration.accounts.access import EDIT
from registration.booking.event_settings import waitlist as waitlist_settings
from registration.booking.event_settings.sessions import add_session
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.events.access import event_page
from registration.events.models import Event, EventSession
from registration.organiser.parts.session_forms import NewSessionForm
from registration.organiser.seating.forms import FirmForm, LineForm
from registration.organiser.shared.concurrent_form import save_merged
from registration.organiser.shared.consequences import goes_back, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, tell
from registration.seats.queries import availability, firm_pools, line_policy


@event_page(EDIT)
def line(event: Event) -> ResponseReturnValue:
    """Change the rules of the line."""
    form, zone = LineForm(), ZoneInfo(event.time_zone)
    form.stored = lambda: _stored_line(event)
    if request.method == "GET":
        stored = line_policy(db.session(), event.id)
        form.fill(stored, zone)
        form.shows(asdict(stored))
    sentence = _("Saved. Whoever gets a seat by the new rules has it now, and is told.")
    return _screen(
        event,
        form,
        "line",
        lambda: waitlist_settings.change_line(
            event.id, form.line(zone), actor(), form.seen(), tell=whether_to_tell()
        ),
        sentence,
        "waitlist",
    )


@event_page(EDIT)
def sessions(event: Event) -> ResponseReturnValue:
    """Show the sessions, and add one."""
    form, zone = NewSessionForm(), ZoneInfo(event.time_zone)
    sentence = _("Added.")
    return _screen(
        event, form, "sessions", lambda: add_session(event.id, form.facts(zone), actor()), sentence
    )


@event_page(EDIT)
def firm_limits(event: Event) -> ResponseReturnValue:
    """Show what is agreed with firms, and agree on more."""
    form, zone = FirmForm(), ZoneInfo(event.time_zone)
    form.expects(line_policy(db.session(), event.id).firm_cap_by)
    return _screen(
        event,
        form,
        "firm_limits",
        lambda: waitlist_settings.set_firm(event.id, form.terms(zone), actor(), tell=whether_to_tell()),
        _("Saved."),
    )


@event_page(EDIT)
def release(event: Event, pool_id: int) -> ResponseReturnValue:
    """Let everybody have what a firm has not used."""
    slug = event.slug
    if goes_back():
        return redirect(url_for("organiser.firm_limits", slug=slug), 303)
    waitlist_settings.release_allotment(event.id, pool_id, actor(), tell=whether_to_tell())
    return done(_("Its free seats are for everyone now."), "firm_limits", slug=slug)


def _screen(
    event: Event, form: FlaskForm, name: str, save: Callable[[], Any], sentence: str, following: str = ""
) -> ResponseReturnValue:
    """Show the screen *name* with its form, or save what was sent and go on to the screen *following*."""
    slug = event.slug
    if request.method == "GET":
        return _page(f"{name}.html", event, form, 200)
    if not form.validate() or goes_back():
        return _page(f"{name}.html", event, form, 422)
    try:
        save_merged(form, save)
    except Refusal as refusal:
        return _page(f"{name}.html", event, form, tell(form, refusal))
    return done(sentence, following or name, slug=slug)


def _stored_line(event: Event) -> LineForm:
    form = LineForm(formdata=None)
    form.fill(line_policy(db.session(), event.id), ZoneInfo(event.time_zone))
    return form


def _page(template: str, event: Event, form: FlaskForm, status: int) -> ResponseReturnValue:
    session = db.session()
    errors = errors_of(form)
    seats = availability(session, [event.id])[event.id]
    parts = session.query(EventSession).filter_by(event_id=event.id).order_by(EventSession.starts_at).all()
    return event_screen(
        template,
        event,
        status,
        form=form,
        errors=errors,
        has_errors=bool(errors),
        parts=parts,
        seats=seats,
        firms=firm_pools(session, event.id),
        line=line_policy(session, event.id),
    )
