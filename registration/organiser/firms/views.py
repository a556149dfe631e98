"""Who looks after the people of which firm: give a link, send it again, end it."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.firms.queries import coordinators
from registration.firms.services import (
    NewCoordinator,
    add_coordinator,
    remove_coordinator,
    send_link_again,
)
from registration.organiser.firms.forms import CoordinatorForm
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done


@organiser_page(EDIT)
def firms(organiser: Organiser) -> ResponseReturnValue:
    """List the firms with who looks after them."""
    return _page(organiser, CoordinatorForm(formdata=None, data={"locale": organiser.locale}), 200)


@organiser_page(EDIT)
def add(organiser: Organiser) -> ResponseReturnValue:
    """Give somebody the link to all people of a firm."""
    form = CoordinatorForm()
    if not form.validate():
        return _page(organiser, form, 422)
    new = NewCoordinator(form.firm.data, form.name.data, form.email.data, form.locale.data)
    slug = organiser.slug
    try:
        add_coordinator(organiser.id, new, actor())
    except Refusal as refusal:
        form[refusal.field or "firm"].errors = [refusal.sentence]
        return _page(organiser, form, 422)
    return done(_("Added. The link is on its way by email."), "firms", slug=slug)


@organiser_page(EDIT)
def send(organiser: Organiser, coordinator_id: int) -> ResponseReturnValue:
    """Send the link once more."""
    slug = organiser.slug
    send_link_again(organiser.id, coordinator_id)
    return done(_("The link is on its way by email."), "firms", slug=slug)


@organiser_page(EDIT)
def remove(organiser: Organiser, coordinator_id: int) -> ResponseReturnValue:
    """End the link."""
    slug = organiser.slug
    remove_coordinator(organiser.id, coordinator_id, actor())
    return done(_("The link has ended."), "firms", slug=slug)


def _page(organiser: Organiser, form: CoordinatorForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template(
        "organiser/firms.html",
        organiser=organiser,
        form=form,
        coordinators=coordinators(db.session(), organiser.id),
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
