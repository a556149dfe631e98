"""What holds for all events of an organiser."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.organiser.event import services as event_services
from registration.organiser.settings.forms import SettingsForm
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done


@organiser_page(EDIT)
def settings(organiser: Organiser) -> ResponseReturnValue:
    """Show the settings, and change them."""
    form, status, slug = SettingsForm(), 200, organiser.slug
    if request.method == "GET":
        form.calendar_mail.data = organiser.calendar_mail
    elif form.validate():
        event_services.change_calendar_mail(organiser.id, form.calendar_mail.data, actor())
        return done(_("Saved."), "settings", slug=slug)
    else:
        status = 422
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
