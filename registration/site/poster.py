"""A poster of an event to print, with its address as a QR code."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from registration.booking.tickets import qr_svg
from registration.core.database import db
from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.queries import event_by_slug, phase_of, words
from registration.events.rules import EventStatus, Phase
from registration.site.page import address
from registration.web.locale import page_locale

bp = Blueprint("poster", __name__)


@bp.get("/events/<slug>/poster")
def poster(slug: str) -> ResponseReturnValue:
    """Show one page to print and hang up."""
    event = _published(slug)
    return render_template(
        "site/poster.html",
        event=event,
        words=words(event, page_locale()),
        address=address(event),
        url=public_url(f"/events/{slug}/"),
        registers=phase_of(event) in (Phase.OPEN, Phase.NOT_YET) and not event.by_invitation,
    )


@bp.get("/events/<slug>/qr.svg")
def qr(slug: str) -> Response:
    """Return the address of the event's page as a QR code: black on white, in any size."""
    response = Response(qr_svg(public_url(f"/events/{_published(slug).slug}/")), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _published(slug: str) -> Event:
    event = event_by_slug(db.session(), slug)
    if event is None or event.status != EventStatus.PUBLISHED:
        abort(404)
    return event
