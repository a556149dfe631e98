"""The door: find a person by name, firm or code, and let her in."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.access import DOOR
from registration.booking.changes.attendance import check_in as let_in
from registration.booking.models import Attendee
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.queries import Filters, attendees
from registration.organiser.event.queries import expected_and_in
from registration.organiser.shared.screen import actor, event_screen
from registration.seats import rules

MOST = 30


@event_page(DOOR)
def door(event: Event) -> ResponseReturnValue:
    """Show who matches; with nothing typed, the first of the list."""
    asked = request.args.get("q", "").strip()[:100]
    found = attendees(event.id, Filters(q=asked, state=rules.CONFIRMED, sort="name"))
    code = asked.replace("-", "").replace(" ", "").upper()
    by_code = attendees(event.id, Filters(state=rules.CONFIRMED)).where(Attendee.code == code)
    session = db.session()
    rows = (
        session.execute(by_code).all()
        or session.execute(found.where(Attendee.removed_at.is_(None)).limit(MOST)).all()
    )
    expected, inside = expected_and_in(session, event.id)
    return event_screen(
        "checkin.html", event, rows=rows, q=asked, expected=expected, inside=inside, most=MOST
    )


@event_page(DOOR)
def check_in(event: Event, attendee_id: int) -> ResponseReturnValue:
    """Let somebody in, or take it back: at the door, or on the page of her registration."""
    let_in(event.id, attendee_id, is_in=request.form.get("undo") is None, actor=actor())
    registration_id = request.form.get("registration", type=int)
    if registration_id is not None:
        return redirect(
            url_for("organiser.registration", slug=event.slug, registration_id=registration_id), 303
        )
    return redirect(url_for("organiser.checkin", slug=event.slug, q=request.form.get("q", "")[:100]), 303)
