"""The guest's pages: what she is invited to, yes, and no. Opening them changes nothing: mail scanners do."""

from dataclasses import replace

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.changes.cancel import cancel_all
from registration.booking.changes.target import Target
from registration.booking.form.definition import FormDefinition
from registration.booking.form.promise import definition_promise
from registration.booking.form.registration import registration_form
from registration.booking.form.spec import form_of_registered
from registration.booking.views import filling
from registration.booking.views.filling import Shown
from registration.booking.views.register import form_page
from registration.capability.services import INVITATION, find, is_live
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.events.rules import Phase
from registration.invitations.queries import Invite, invite
from registration.invitations.rules import ACCEPTED
from registration.invitations.services import decline_invitation
from registration.journal.services import ATTENDEE
from registration.web.body_limits import Promise, promise
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale
from registration.web.retyped import keeps_itself
from registration.web.submissions import leave_unkeyed

bp = Blueprint("invitations", __name__)
bp.record_once(lambda state: keeps_itself(state.app, "invitations.accept"))
bp.record_once(lambda state: promise(state.app, "invitations.accept", largest_body))
# Saying yes is registering, with the key of the booking.
bp.record_once(lambda state: leave_unkeyed(state.app, "invitations.accept"))


@bp.get("/invitations/<token>/")
def invitation(token: str) -> ResponseReturnValue:
    """Show what the guest is invited to and how her answer stands."""
    return render_template("invitations/invitation.html", invite=opened(token), token=token)


@bp.get("/invitations/<token>/no")
def no(token: str) -> ResponseReturnValue:
    """Ask to confirm that she does not come."""
    key = action_key(f"invitation:{token}")
    return render_template("invitations/no.html", invite=opened(token), token=token, key=key)


@bp.post("/invitations/<token>/no")
def decline(token: str) -> ResponseReturnValue:
    """Note that she does not come; what she had goes to the next in line."""
    found = opened(token)
    check_action_key(f"invitation:{token}", request.form.get("key", ""))
    targets = [Target(found.event_id, part.registration_id, part.booking_id) for part in found.parts]
    if targets:
        cancel_all(targets, ATTENDEE)
    else:
        decline_invitation(found.id)
    return redirect(url_for("invitations.invitation", token=token), 303)


@bp.get("/invitations/<token>/yes")
def yes(token: str) -> ResponseReturnValue:
    """Ask to confirm that she comes: with one press, or with the form where something is asked."""
    found = opened(token)
    if found.stands == ACCEPTED or found.phase is not Phase.OPEN:
        return redirect(url_for("invitations.invitation", token=token))
    definition = _definition(found)
    form = registration_form(definition, None, most=1 + found.guests)
    form.name.data, form.email.data, form.locale.data = found.name, found.email, page_locale()
    is_plain = _asks_nothing(definition, found) and request.args.get("form") != "full"
    return _page(token, found, definition, Shown(form), "invitations/yes.html" if is_plain else "")


@bp.post("/invitations/<token>/yes")
def accept(token: str) -> ResponseReturnValue:
    """Register her and whom she brings, or show the form again with what to do."""
    found = opened(token)
    definition = _definition(found)
    return filling.sent(
        definition,
        lambda shown: _page(token, found, definition, shown),
        url_for("booking.already", slug=found.slug),
        most=1 + found.guests,
        invitation_id=found.id,
    )


def largest_body(token: str) -> Promise:
    """Return the most that the guest's form takes."""
    found = opened(token)
    return definition_promise(_definition(found), 1 + found.guests, int(current_app.config["MAX_FILE"]))


def opened(token: str) -> Invite:
    """Return the invitation that *token* opens. Raises NotFound, the same for every other link."""
    capability = find(db.session(), token, INVITATION)
    found = None
    if capability is not None and is_live(capability):
        found = invite(db.session(), capability.subject_id, page_locale())
    if found is None:
        raise NotFound(_("This invitation is no longer valid. Contact the organiser who invited you."))
    return found


def _definition(found: Invite) -> FormDefinition:
    """Return the form of the event; whoever is invited needs no code of the event itself."""
    spec = form_of_registered(db.session(), found.slug)
    if spec is None:
        raise NotFound(_("There is no such event."))
    return FormDefinition((replace(spec, access_code=""),))


def _asks_nothing(definition: FormDefinition, found: Invite) -> bool:
    """Say whether a yes alone is enough: no question, no choice, nobody to bring, and a name we know."""
    choices = [one for group in definition.categories for _value, one in group.open_now()]
    is_chosen = not definition.categories or (len(choices) == 1 and not choices[0].access_code)
    return (
        is_chosen and not (definition.questions or definition.sessions or found.guests) and bool(found.name)
    )


def _page(
    token: str, found: Invite, definition: FormDefinition, shown: Shown, template: str = ""
) -> ResponseReturnValue:
    action = url_for("invitations.accept", token=token)
    return form_page(
        definition, shown, template, invite=found, token=token, action=action, most=1 + found.guests
    )
