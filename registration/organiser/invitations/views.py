"""Who is invited in person: the list, the mails to it, and who comes."""

from collections import Counter
from dataclasses import replace

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registration.accounts.access import EDIT, READ
from registration.core.database import db
from registration.core.languages import NAMES, offered
from registration.core.refusal import NotFound, Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.invitations import services
from registration.invitations.queries import guest_list
from registration.invitations.rules import ACCEPTED, STANDS, UNANSWERED, UNSENT
from registration.organiser.invitations.forms import GuestsForm
from registration.organiser.shared.consequences import goes_back, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen
from registration.web.paging import page

# So many of a list are shown before it is stored.
_PREVIEWED = 100


@event_page(READ)
def invitations(event: Event) -> ResponseReturnValue:
    """List the guests with their answers."""
    return _list(event)


@event_page(EDIT)
def add(event: Event) -> ResponseReturnValue:
    """Show what was read of a list, then store it; guests are written to later, by a press of its own."""
    form = GuestsForm()
    status, found = 200, None
    if request.method == "GET":
        form.locale.data = offered(event.locale)
    elif not form.validate():
        status = 422
    elif not form.was_seen():
        found = form.found
    else:
        slug = event.slug
        guests = [replace(one, locale=offered(one.locale, "")) for one in form.found.guests]
        added = services.add_guests(event.id, guests, form.locale.data, int(form.brings.data or 0), actor())
        return done(_told(added), "invitations", slug=slug)
    errors = errors_of(form)
    return event_screen(
        "invite.html",
        event,
        status,
        form=form,
        errors=errors,
        has_errors=bool(errors),
        found=found,
        most=_PREVIEWED,
        language_of=lambda one: NAMES[offered(one.locale, form.locale.data)],
    )


@event_page(EDIT)
def send(event: Event) -> ResponseReturnValue:
    """Write to whoever was not written to yet."""
    slug = event.slug
    if goes_back():
        return redirect(url_for("organiser.invitations", slug=slug), 303)
    try:
        sent = services.send_invitations(event.id, actor(), tell=whether_to_tell())
    except Refusal as refusal:
        return _list(event, refusal)
    told = ngettext("%(num)s guest is written to.", "%(num)s guests are written to.", sent)
    return done(told, "invitations", slug=slug)


@event_page(EDIT)
def remind(event: Event) -> ResponseReturnValue:
    """Write again to whoever has not answered."""
    slug = event.slug
    if goes_back():
        return redirect(url_for("organiser.invitations", slug=slug), 303)
    try:
        sent = services.remind_unanswered(event.id, actor(), tell=whether_to_tell())
    except Refusal as refusal:
        return _list(event, refusal)
    told = ngettext("%(num)s guest is reminded.", "%(num)s guests are reminded.", sent)
    why = _("Nobody is reminded twice within a day.")
    return done(f"{told} {why}", "invitations", slug=slug)


@event_page(EDIT)
def withdraw(event: Event, invitation_id: int) -> ResponseReturnValue:
    """End an invitation."""
    slug = event.slug
    try:
        services.withdraw_invitation(event.id, invitation_id, actor())
    except NotFound:
        raise
    except Refusal as refusal:
        return _list(event, refusal)
    return done(_("The invitation is withdrawn; its link opens nothing more."), "invitations", slug=slug)


def _list(event: Event, refusal: Refusal | None = None) -> ResponseReturnValue:
    guests = guest_list(db.session(), event.id)
    counts = Counter(row.stands for row in guests)
    seats = sum(row.answer.seats for row in guests if row.answer is not None)
    wanted = request.args.get("stands", "")
    shown = [row for row in guests if row.stands == wanted] if wanted in STANDS else guests
    here = page(len(shown))
    errors = [("main", refusal.sentence)] if refusal else []
    return event_screen(
        "invitations.html",
        event,
        refusal.status if refusal else 200,
        guests=shown[here.offset : here.offset + here.size],
        page=here,
        counts=counts,
        seats=seats,
        people=sum(1 + row.invitation.guests for row in guests if row.stands in (UNSENT, UNANSWERED)),
        wanted=wanted,
        all_stands=STANDS,
        accepted=ACCEPTED,
        errors=errors,
        has_errors=bool(errors),
    )


def _told(added: services.Added) -> str:
    told: str = ngettext(
        "%(num)s guest is on the list now, and not yet written to.",
        "%(num)s guests are on the list now, and not yet written to.",
        added.new,
    )
    if added.known:
        told += " " + ngettext("%(num)s was there already.", "%(num)s were there already.", added.known)
    return told
