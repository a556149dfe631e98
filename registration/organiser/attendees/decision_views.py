"""What organisers decide of single registrations: approve, turn down, seat by hand, merge."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.booking.changes import decide as changes_decide
from registration.booking.changes.target import NotNow, Target
from registration.core.children import child_of
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.decision_forms import MergeForm, SeatForm
from registration.organiser.attendees.forms import CancelForm
from registration.organiser.attendees.registration_views import seat_of
from registration.organiser.shared.screen import actor, done, event_screen, refuse_invalid
from registration.seats.models import Registration


@event_page(EDIT)
def approve(event: Event, registration_id: int) -> ResponseReturnValue:
    """Let a registration in that awaited it."""
    target = Target(event.id, registration_id)
    sentence = _("Approved. The person is told whether there is a seat or a wait.")
    return _done(event, registration_id, lambda: changes_decide.approve(target, actor()), sentence)


@event_page(EDIT)
def reject(event: Event, registration_id: int) -> ResponseReturnValue:
    """Turn a registration down."""
    form = CancelForm()
    refuse_invalid(form)
    target, reason = Target(event.id, registration_id), form.reason.data or None
    return _done(
        event,
        registration_id,
        lambda: changes_decide.reject(target, actor(), reason),
        _("Turned down. The person is told."),
    )


@event_page(EDIT)
def seat(event: Event, registration_id: int) -> ResponseReturnValue:
    """Give one who waits her seats by hand."""
    form = SeatForm()
    refuse_invalid(form)
    target = Target(event.id, registration_id)
    return _done(
        event,
        registration_id,
        lambda: changes_decide.seat_by_hand(target, actor(), form.reason.data or ""),
        _("Seated. The person is told."),
    )


@event_page(EDIT)
def merge(event: Event, registration_id: int) -> ResponseReturnValue:
    """End another registration that is the same people as this one."""
    form = MergeForm()
    if request.method != "POST":
        return event_screen("merge.html", event, seat=seat_of(event, registration_id), form=form)
    refuse_invalid(form)
    keep, drop = Target(event.id, registration_id), Target(event.id, form.other.data or 0)

    # Looked for first: only the other number was typed, and is told as such.
    child_of(
        db.session(), Registration, registration_id, _("There is no such registration."), event_id=event.id
    )

    def act() -> None:
        try:
            changes_decide.merge(keep, drop, actor())
        except NotFound:
            raise NotNow(_("Choose another registration of the same event.")) from None

    return _done(event, registration_id, act, _("Merged: the other registration has ended."))


def _done(event: Event, registration_id: int, act: Callable[[], None], sentence: str) -> ResponseReturnValue:
    slug = event.slug
    act()
    return done(sentence, "registration", slug=slug, registration_id=registration_id)
