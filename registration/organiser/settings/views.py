"""What holds for all events of an organiser."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.organiser.event import services as event_services
from registration.organiser.settings.forms import SettingsForm
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, refused


@organiser_page(EDIT)
def settings(organiser: Organiser) -> ResponseReturnValue:
    """Show the settings, and change them."""
    form, status = SettingsForm(), 200
    form.stored = lambda: _stored(organiser)
    if request.method == "GET":
        form = _stored(organiser)
        form.shows(event_services.stored_settings(organiser))
    else:
        status = refused(form, lambda: _save(organiser.id, form))
        if not status:
            return done(_("Saved."), "settings", slug=organiser.slug)
    errors = errors_of(form)
    page = render_template(
        "organiser/settings.html",
        organiser=organiser,
        form=form,
        errors=errors,
        has_errors=bool(errors),
        crumbs=[(_("Events"), url_for("organiser.home")), (organiser.name, None)],
    )
    return page, status


def _stored(organiser: Organiser) -> SettingsForm:
    return SettingsForm(formdata=None, data=event_services.stored_settings(organiser))


def _save(organiser_id: int, form: SettingsForm) -> None:
    event_services.change_calendar_mail(organiser_id, form.calendar_mail.data, actor(), form.seen())
