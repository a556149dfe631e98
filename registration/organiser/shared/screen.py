"""What every screen of the back office shares: who acts, the way around, the title of the event."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registration.accounts.access import DOOR, EDIT, READ, Roles, current_account
from registration.accounts.queries import role_at
from registration.core.optimistic_lock import ChangedMeanwhile
from registration.core.refusal import NotFound, Refusal
from registration.events.models import Event
from registration.events.queries import Words, words
from registration.journal.services import Actor, organiser_actor
from registration.organiser.shared.concurrent_form import SharedForm, save_merged
from registration.organiser.shared.fields import errors_of
from registration.web.locale import page_locale


class InvalidForm(Refusal):
    """A form of a page with several is not filled in right."""

    status = 422
    code = "invalid"


def actor() -> Actor:
    """Return whoever is signed in, for the journal."""
    return organiser_actor(current_account().id)


def told(event: Event) -> Words:
    """Return the words of *event* for the page's reader."""
    return words(event, page_locale())


def event_screen(template: str, event: Event, status: int = 200, **values: Any) -> Response:
    """Return a screen of *event* with its navigation."""
    role = role_at(current_account(), event.organiser_id) or ""
    page = render_template(
        f"organiser/{template}",
        event=event,
        words=told(event),
        nav=_nav(event, role),
        may_edit=role in EDIT,
        crumbs=[(_("Events"), url_for("organiser.home")), (told(event).title, None)],
        **values,
    )
    return make_response(page, status)


def programme_screen(template: str, crumb: str, status: int = 200, **values: Any) -> Response:
    """Return a screen of a programme, with the way back."""
    page = render_template(
        f"organiser/{template}", crumbs=[(_("Events"), url_for("organiser.home")), (crumb, None)], **values
    )
    return make_response(page, status)


def done(sentence: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Say what was done on the page that follows."""
    flash(sentence)
    return redirect(url_for(f"organiser.{endpoint}", **values), 303)


def tell(form: FlaskForm, refusal: Refusal) -> int:
    """Put the sentence at its field, or above the form; return the status of the page that shows it."""
    if isinstance(refusal, ChangedMeanwhile) and isinstance(form, SharedForm):
        form.overtaken(refusal)
        return refusal.status
    if refusal.field in form and isinstance(form[refusal.field].errors, list | tuple):
        form[refusal.field].errors = [refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)
    return 422


def refuse_invalid(form: FlaskForm) -> None:
    """Raise Refusal with what is wrong with *form*; its page comes back with it, as it was typed."""
    if not form.validate():
        raise InvalidForm(" ".join(sentence for _control, sentence in errors_of(form)))


def refused(form: FlaskForm, save: Callable[[], object]) -> int:
    """Save what was sent; return the status of the page that says why not, 0 once saved. Raises NotFound."""
    if not form.validate():
        return 422
    try:
        save_merged(form, save)
    except NotFound:
        raise
    except Refusal as refusal:
        return tell(form, refusal)
    return 0


def _nav(event: Event, role: str) -> list[tuple[str, str, bool]]:
    screens: Mapping[str, tuple[str, Roles]] = {
        "overview": (_("Overview"), READ),
        "attendees": (_("Attendees"), READ),
        "waitlist": (_("Waitlist"), READ),
        "invitations": (_("Invitations"), READ),
        "reconfirmation": (_("Who still comes"), READ),
        "capacity": (_("Capacity"), READ),
        "checkin": (_("Check-in"), DOOR),
        "messages": (_("Messages"), READ),
        "exports": (_("Exports"), READ),
        "journal": (_("Journal"), READ),
        "edit": (_("Edit"), EDIT),
    }
    return [
        (label, url_for(f"organiser.{name}", slug=event.slug), request.endpoint == f"organiser.{name}")
        for name, (label, roles) in screens.items()
        if role in roles
    ]
