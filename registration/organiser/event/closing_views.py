"""Close and reopen registration, and cancel the event."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, READ
from registration.booking.event_settings import closing
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.doctor.examine import examine
from registration.events.access import event_page
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.journal.services import Actor
from registration.organiser.event.cancel_form import CancelEventForm
from registration.organiser.shared.consequences import goes_back, told_sentence, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen


@event_page(EDIT)
def close(event: Event) -> ResponseReturnValue:
    """Take no more registrations."""
    return _done(event, closing.close_registration, _("Closed: nobody can register any more."))


@event_page(EDIT)
def reopen(event: Event) -> ResponseReturnValue:
    """Take registrations again."""
    return _done(event, closing.reopen_registration, _("Open again, until the event begins."))


@event_page(EDIT)
def cancel_event(event: Event) -> ResponseReturnValue:
    """Call the event off."""
    form = CancelEventForm()
    status, slug = 200, event.slug
    if request.method == "GET" and event.status == EventStatus.CANCELLED:
        return done(_("The event is cancelled already."), "overview", slug=slug)
    if request.method == "POST":
        status = 422
        if not goes_back() and form.validate():
            reason = form.reason.data or None
            try:
                told = closing.cancel_event(event.id, actor(), reason, tell=whether_to_tell())
            except Refusal as refusal:
                form.form_errors.append(refusal.sentence)
            else:
                sentence = _("The event is cancelled.")
                return done(f"{sentence} {told_sentence(told)}", "overview", slug=slug)
    errors = errors_of(form)
    return event_screen(
        "cancel_event.html",
        event,
        status,
        form=form,
        errors=errors,
        has_errors=bool(errors),
        count=closing.to_be_told(db.session(), event.id),
    )


@event_page(READ)
def health(event: Event) -> ResponseReturnValue:
    """Show what the doctor says of this event now."""
    slug = event.slug
    return event_screen("health.html", event, findings=examine(db.engine, slug))


def _done(event: Event, act: Callable[[int, Actor], None], sentence: str) -> ResponseReturnValue:
    slug = event.slug
    act(event.id, actor())
    return done(sentence, "overview", slug=slug)
