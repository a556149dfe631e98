"""Presentations and papers: publish, order, remove."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.core.database import db
from registration.core.languages import NAMES
from registration.core.refusal import Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.materials import services
from registration.materials.queries import papers
from registration.organiser.materials.forms import MaterialForm
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen


@event_page(EDIT)
def materials(event: Event) -> ResponseReturnValue:
    """Show what is published, or publish one more."""
    form = MaterialForm()
    status = 200
    if request.method == "GET":
        form.locale.data = event.locale
    else:
        status = 422
        if form.validate():
            slug = event.slug
            try:
                services.publish(event.id, form.paper(), actor())
            except Refusal as refusal:
                form[refusal.field or "title"].errors = [refusal.sentence]
            else:
                return done(_("Published."), "add_material", slug=slug)
    errors = errors_of(form)
    return event_screen(
        "materials.html",
        event,
        status,
        form=form,
        papers=papers(db.session(), [event.id])[event.id],
        language_names=NAMES,
        errors=errors,
        has_errors=bool(errors),
    )


@event_page(EDIT)
def move(event: Event, material_id: int) -> ResponseReturnValue:
    """Show a paper before the one above it."""
    slug = event.slug
    services.move_up(event.id, material_id, actor())
    return done(_("Moved."), "add_material", slug=slug)


@event_page(EDIT)
def remove(event: Event, material_id: int) -> ResponseReturnValue:
    """Take a paper away."""
    slug = event.slug
    services.remove(event.id, material_id, actor())
    return done(_("Removed. Its address answers no more."), "add_material", slug=slug)
