"""The public calendars: of everything, an organiser, a programme, and one event to download."""

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from registration.core.database import db
from registration.events.queries import event_by_slug, phase_of
from registration.events.rules import Phase
from registration.ical.answers import Told, answer, attachment
from registration.ical.entries import Entry, download
from registration.ical.queries import (
    Version,
    event_entry,
    events,
    in_feeds,
    opening_entry,
    version_of_all,
    version_of_organiser,
    version_of_programme,
)
from registration.web.locale import page_locale

bp = Blueprint("ical", __name__)
_FALLBACK = _l("Events with limited seats")


@bp.get("/calendar.ics")
def everything() -> ResponseReturnValue:
    """Return the feed of all public events."""
    return _feed(version_of_all())


@bp.get("/organisers/<slug>/calendar.ics")
def organiser(slug: str) -> ResponseReturnValue:
    """Return the feed of an organiser's public events."""
    known = version_of_organiser(slug) or abort(404)
    return _feed(known, organiser_id=known.of_id)


@bp.get("/programmes/<slug>/calendar.ics")
def programme(slug: str) -> ResponseReturnValue:
    """Return the feed of a programme's events."""
    known = version_of_programme(slug) or abort(404)
    return _feed(known, programme_id=known.of_id)


@bp.get("/events/<slug>/event.ics")
def event(slug: str) -> ResponseReturnValue:
    """Return one event as a file."""
    found = event_by_slug(db.session(), slug) or abort(404)
    return attachment(download(event_entry(found, page_locale())), f"{found.slug}.ics")


@bp.get("/events/<slug>/opening.ics")
def opening(slug: str) -> ResponseReturnValue:
    """Return the moment when registration opens, as a file; there is none once it has opened."""
    found = event_by_slug(db.session(), slug)
    if found is None or found.opens_at is None or phase_of(found) is not Phase.NOT_YET:
        abort(404)
    entry = opening_entry(found, found.opens_at, page_locale())
    return attachment(download(entry), f"{found.slug}-opening.ics")


def _feed(
    known: Version, organiser_id: int | None = None, programme_id: int | None = None
) -> ResponseReturnValue:
    def entries() -> list[Entry]:
        query = in_feeds(organiser_id=organiser_id, programme_id=programme_id)
        return [event_entry(one, page_locale()) for one in events(db.session(), query)]

    told = Told(
        name=known.name or current_app.config["SITE_NAME"],
        path=request.path,
        facts=(known,),
        changed_at=known.changed_at,
        refresh_hours=known.refresh_hours,
        description=known.description or _FALLBACK,
        zone=known.zone,
    )
    return answer(told, entries)
