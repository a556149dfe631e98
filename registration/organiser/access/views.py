"""Who finds the event, and who may register for it."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.access.forms import ways_in, ways_in_form
from registration.organiser.access.services import change_ways_in
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, refused


@event_page(EDIT)
def change(event: Event) -> ResponseReturnValue:
    """Show the ways in, or change them."""
    is_sent = request.method == "POST"
    form = ways_in_form(event, is_sent=is_sent)
    form.stored = lambda: ways_in_form(event, is_sent=False)
    status = 200
    if is_sent:
        slug, event_id = event.slug, event.id
        status = refused(form, lambda: change_ways_in(event_id, ways_in(form, event), actor(), form.seen()))
        if not status:
            return done(_("Saved. Whoever has registered stays registered."), "overview", slug=slug)
    errors = errors_of(form)
    return event_screen("ways_in.html", event, status, form=form, errors=errors, has_errors=bool(errors))
