"""The public calendars: of everything, an organiser, a programme, and one event to download."""

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.core.database import db
from registration.events.queries import event_by_slug, organiser_by_slug, programme_by_slug
from registration.ical.answers import Told, answer, attachment
from registration.ical.entries import download
from registration.ical.queries import event_entry, events, in_feeds, version
from registration.web.locale import page_locale

bp = Blueprint("ical", __name__)


@bp.get("/calendar.ics")
def everything() -> ResponseReturnValue:
    """Return the feed of all public events."""
    return _feed(current_app.config["SITE_NAME"])


@bp.get("/organisers/<slug>/calendar.ics")
def organiser(slug: str) -> ResponseReturnValue:
    """Return the feed of an organiser's public events."""
    found = organiser_by_slug(db.session(), slug) or abort(404)
    return _feed(found.name, found.summary, found.time_zone, organiser_id=found.id)


@bp.get("/programmes/<slug>/calendar.ics")
def programme(slug: str) -> ResponseReturnValue:
    """Return the feed of a programme's events."""
    found = programme_by_slug(db.session(), slug) or abort(404)
    return _feed(found.title, found.summary, found.organiser.time_zone, programme_id=found.id)


@bp.get("/events/<slug>/event.ics")
def event(slug: str) -> ResponseReturnValue:
    """Return one event as a file."""
    found = event_by_slug(db.session(), slug) or abort(404)
    return attachment(download(event_entry(found, page_locale())), f"{found.slug}.ics")


def _feed(name: str, description: str = "", zone: str = "", **of: int) -> ResponseReturnValue:
    session = db.session()
    query = in_feeds(**of)
    known = version(session, query)
    told = Told(
        name=name,
        path=request.path,
        facts=(known, description),
        changed_at=known.changed_at,
        refresh_hours=known.refresh_hours,
        description=description or _("Events with limited seats"),
        zone=zone,
    )
    return answer(told, lambda: [event_entry(one, page_locale()) for one in events(session, query)])
