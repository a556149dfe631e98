"""The registration form of one event."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.admission.services import EventFull
from registration.booking.form.definition import FormDefinition, definition_of
from registration.booking.form.option_notes import note_options
from registration.booking.form.spec import FormSpec, form_spec
from registration.booking.form.validation import errors_of
from registration.booking.views import filling
from registration.booking.views.filling import Shown
from registration.core.database import db
from registration.events.rules import Phase
from registration.seating.public_rules import next_step, promises
from registration.seats.queries import availability, line_policy, seats_now
from registration.web.locale import fall_back_to, page_locale


def show(slug: str) -> ResponseReturnValue:
    """Show the empty form, or why there is none."""
    definition = definition_of(_spec(slug))
    return filling.empty(definition, lambda shown: form_page(definition, shown))


def submit(slug: str) -> ResponseReturnValue:
    """Register whoever is in the form, or show it again with what to do."""
    definition = definition_of(_spec(slug))
    return filling.sent(
        definition, lambda shown: form_page(definition, shown), url_for("booking.already", slug=slug)
    )


def already(slug: str) -> ResponseReturnValue:
    """Say, revealing nothing, that the link was sent again if the address is registered."""
    spec = _spec(slug)
    title, language = spec.title(page_locale())
    return render_template(
        "booking/already.html", title=title, title_locale=language, back=f"/events/{spec.slug}/"
    )


def _spec(slug: str) -> FormSpec:
    spec = form_spec(db.session(), slug)
    if spec is None:
        abort(404)
    fall_back_to(spec.locale)
    return spec


def form_page(
    definition: FormDefinition, shown: Shown, template: str = "", **given: Any
) -> ResponseReturnValue:
    """Show the form of one event, or why there is none; *template* and *given* are of an invitation."""
    definition = filling.told_of(definition, shown)
    [spec] = definition.specs
    seats = (shown.seats or availability(db.session(), [spec.event_id]))[spec.event_id]
    title, language = spec.title(page_locale())
    errors = errors_of(shown.form)
    line = line_policy(db.session(), spec.event_id)
    note_options(shown.form, definition, {spec.event_id: seats}, {spec.event_id: line})
    now = seats_now(seats, [one.id for one in spec.categories], line)
    filling.renew(definition, shown, [] if now.joins_waitlist else [spec.slug])
    may_wait = spec.has_waitlist and now.may_wait
    is_closed = spec.phase is not Phase.OPEN or (now.joins_waitlist and not may_wait)
    is_closed = is_closed or (spec.by_invitation and not given)
    if is_closed and request.method == "GET":
        template = "booking/closed.html"
    values = {
        "definition": definition,
        "spec": spec,
        "form": shown.form,
        "now": now,
        "may_wait": may_wait,
        "rooms": seats.sessions,
        "promises": promises(line, spec.has_waitlist, spec.time_zone),
        "title": title,
        "title_locale": language,
        "errors": errors,
        "has_errors": bool(errors),
        "focus": shown.focus,
        "earlier": filling.earlier(shown),
        "is_gone": isinstance(shown.refusal, EventFull),
        "is_waitlist": now.joins_waitlist and may_wait,
        "heading": _("Join the waitlist") if now.joins_waitlist and may_wait else _("Register"),
        "what_next": next_step(
            line, spec.organiser, joins_waitlist=now.joins_waitlist, is_invited=bool(given)
        ),
    }
    page = render_template(template or "booking/register.html", **(values | given))
    return page, shown.status, filling.headers(shown)
