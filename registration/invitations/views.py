"""The guest's pages: what she is invited to, yes, and no. Opening them changes nothing: mail scanners do."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking import forms
from registration.booking.forms import RegistrationForm
from registration.booking.formspec import FormSpec, form_spec
from registration.booking.services.cancel import Target, cancel
from registration.booking.services.register import register
from registration.booking.views.codes import count_code
from registration.capability.services import INVITATION, find, is_live
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.rules import Phase, is_open_between
from registration.invitations.queries import Invite, invite
from registration.invitations.rules import ACCEPTED
from registration.invitations.services import decline_invitation
from registration.journal.services import ATTENDEE
from registration.seats.promise import promises
from registration.seats.queries import SeatsNow, availability, line_policy, seats_now
from registration.web.guards import StaleForm, action_key, check_action_key, check_form_key, form_key
from registration.web.locale import page_locale

bp = Blueprint("invitations", __name__)
FORM = "booking/register.html"


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
    for part in found.parts:
        cancel(Target(found.event_id, part.registration_id, part.booking_id), ATTENDEE)
    if not found.parts:
        decline_invitation(found.id)
    return redirect(url_for("invitations.invitation", token=token), 303)


@bp.get("/invitations/<token>/yes")
def yes(token: str) -> ResponseReturnValue:
    """Ask to confirm that she comes: with one press, or with the form where something is asked."""
    found = opened(token)
    if found.stands == ACCEPTED or found.phase is not Phase.OPEN:
        return redirect(url_for("invitations.invitation", token=token))
    spec = _spec(found)
    form = forms.registration_form(spec, None, most=1 + found.guests)
    form.name.data, form.email.data, form.locale.data = found.name, found.email, page_locale()
    is_plain = _asks_nothing(spec, found) and request.args.get("form") != "full"
    return _page(token, found, form, 200, template="invitations/yes.html" if is_plain else FORM)


@bp.post("/invitations/<token>/yes")
def accept(token: str) -> ResponseReturnValue:
    """Register her and whom she brings, or show the form again with what to do."""
    found = opened(token)
    spec, most = _spec(found), 1 + found.guests
    if "remove" in request.form:
        kept = forms.without_attendee(request.form, request.form.get("remove", -1, type=int))
        return _page(token, found, forms.registration_form(spec, kept, most=most), 422)
    form = forms.registration_form(spec, request.form, most=most)
    if "add" in request.form:
        forms.add_attendee(form, spec, most)
        return _page(token, found, form, 422, focus=f"attendees-{len(form.attendees) - 1}-name")
    try:
        count_code(spec, form)
        nonce = check_form_key(f"invitation:{found.id}", form.submit_key.data or "")
        if not forms.check(form, spec, most):
            return _page(token, found, form, 422)
        receipt = register(replace(forms.application(form, spec, nonce), invitation_id=found.id))
    except NotFound:
        raise
    except Refusal as refusal:
        forms.tell(form, refusal)
        return _page(token, found, form, refusal.status)
    if receipt.token is None:
        return redirect(url_for("booking.already", slug=found.slug), 303)
    return redirect(url_for("booking.booking", token=receipt.token), 303)


def opened(token: str) -> Invite:
    """Return the invitation that *token* opens. Raises NotFound, the same for every other link."""
    capability = find(db.session(), token, INVITATION)
    found = None
    if capability is not None and is_live(capability):
        found = invite(db.session(), capability.subject_id, page_locale())
    if found is None:
        raise NotFound(_("This invitation does not open anything now. Ask the organiser who invited you."))
    return found


def _spec(found: Invite) -> FormSpec:
    """Return the form of the event; whoever is invited needs no code of the event itself."""
    spec = form_spec(db.session(), found.slug)
    if spec is None:
        raise NotFound(_("There is no such event."))
    return replace(spec, access_code="")


def _asks_nothing(spec: FormSpec, found: Invite) -> bool:
    """Say whether a yes alone is enough: no question, no choice, nobody to bring, and a name we know."""
    choices = [one for one in spec.categories if is_open_between(one.opens_at, one.closes_at, clock.now())]
    is_chosen = not spec.categories or (len(choices) == 1 and not choices[0].access_code)
    return is_chosen and not spec.questions and not found.guests and bool(found.name)


def _page(
    token: str,
    found: Invite,
    form: RegistrationForm,
    status: int,
    template: str = FORM,
    focus: str = "",
) -> ResponseReturnValue:
    spec = _spec(found)
    if not form.submit_key.data or status == StaleForm.status:
        form.submit_key.data = form_key(f"invitation:{found.id}")
    now = _seats_now(spec)
    errors = forms.errors_of(form)
    page = render_template(
        template,
        invite=found,
        token=token,
        action=url_for("invitations.accept", token=token),
        spec=spec,
        form=form,
        most=1 + found.guests,
        now=now,
        promises=promises(line_policy(db.session(), spec.event_id), spec.has_waitlist, spec.time_zone),
        title=found.title,
        title_locale=found.title_locale,
        errors=errors,
        has_errors=bool(errors),
        focus=focus,
        has_sensitive=any(question.is_sensitive for question in spec.questions),
        heading=_("Join the waitlist") if now.joins_waitlist else _("Yes, I come"),
    )
    return page, status, {"Retry-After": "10"} if status == 503 else {}


def _seats_now(spec: FormSpec) -> SeatsNow:
    seats = availability(db.session(), [spec.event_id])[spec.event_id]
    return seats_now(seats, [one.id for one in spec.categories], line_policy(db.session(), spec.event_id))
