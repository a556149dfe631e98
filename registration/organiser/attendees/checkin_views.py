"""The door: find a person by name, firm or code, and let her in."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import DOOR
from registration.booking.changes.attendance import HasNoSeat, without_seat
from registration.booking.changes.attendance import check_in as let_in
from registration.booking.models import Attendee
from registration.core.database import db
from registration.core.text import typed_code
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.queries import Filters, attendees
from registration.organiser.event.queries import expected_and_in
from registration.organiser.shared.screen import actor, event_screen
from registration.seats import rules
from registration.web.filters import stamp

MOST = 30


@event_page(DOOR)
def door(event: Event) -> ResponseReturnValue:
    """Show who matches; with nothing typed, the first of the list."""
    return _door(event, request.args.get("q", "").strip()[:100])


@event_page(DOOR)
def check_in(event: Event, attendee_id: int) -> ResponseReturnValue:
    """Let somebody in, or take it back: at the door, or on the page of her registration."""
    slug, zone, is_in = event.slug, event.time_zone, request.form.get("undo") is None
    registration_id = request.form.get("registration", type=int)
    try:
        name, since = let_in(event.id, attendee_id, is_in=is_in, actor=actor())
    except HasNoSeat as refusal:
        if registration_id is not None:
            raise
        return _door(event, "", 409, refusal.sentence)
    if since is not None:
        flash(_("%(name)s is already in, since %(at)s.", name=name, at=stamp(since, zone)))
    elif is_in:
        flash(_("%(name)s is in.", name=name))
    else:
        flash(_("The check-in of %(name)s was undone.", name=name))
    if registration_id is not None:
        return redirect(url_for("organiser.registration", slug=slug, registration_id=registration_id), 303)
    # Nothing is looked for any more: a scanner types the next code into an empty field.
    return redirect(url_for("organiser.checkin", slug=slug), 303)


def _door(event: Event, asked: str, status: int = 200, refusal: str = "") -> Response:
    session = db.session()
    scanned = _by_code(event, asked)
    rows = [row for row in scanned if _has_seat(row)]
    if not scanned:
        found = attendees(event.id, Filters(q=asked, state=rules.CONFIRMED, sort="name"))
        rows = list(session.execute(found.where(Attendee.removed_at.is_(None)).limit(MOST)))
    expected, inside = expected_and_in(session, event.id)
    return event_screen(
        "checkin.html",
        event,
        status,
        rows=rows,
        # The field is always empty: a scanner types the next code behind what stands there.
        asked=asked,
        said=refusal or _said(event, scanned),
        is_found=bool(rows or scanned),
        expected=expected,
        inside=inside,
        most=MOST,
    )


def _by_code(event: Event, asked: str) -> Sequence[Any]:
    """Return whose code was typed or scanned, with a seat or without."""
    code = typed_code(asked)
    if not code:
        return []
    found = attendees(event.id, Filters(state="all")).where(Attendee.code == code)
    return db.session().execute(found).all()


def _said(event: Event, scanned: Sequence[Any]) -> str:
    """Return what the door says at once of a code: in already, or not let in."""
    for row in scanned:
        one = row.Attendee
        if not _has_seat(row):
            return without_seat(one.name, row.Registration.state, is_removed=one.removed_at is not None)
        if one.checked_in_at is not None:
            at = stamp(one.checked_in_at, event.time_zone)
            return str(_("%(name)s is already in, since %(at)s.", name=one.name, at=at))
    return ""


def _has_seat(row: Any) -> bool:
    return row.Attendee.removed_at is None and row.Registration.state == rules.CONFIRMED
