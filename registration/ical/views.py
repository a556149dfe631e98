"""The public calendars: of everything, an organiser, a programme, and one event to download."""

from dataclasses import replace

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from registration.core.database import db
from registration.events.queries import event_by_slug, phase_and_opening_of, phase_of
from registration.events.rules import Phase
from registration.ical.answers import PublishedFeed, answer, attachment, feed_address, qr_code
from registration.ical.entries import download
from registration.ical.queries import (
    Scope,
    Version,
    closing_entry,
    event_entry,
    opening_entry,
    parts,
    version_of_all,
    version_of_organiser,
    version_of_programme,
)
from registration.web.locale import page_locale

bp = Blueprint("ical", __name__)
_FALLBACK = _l("Events with limited seats")


@bp.get("/calendar.ics")
@bp.get("/calendar-all.ics", defaults={"is_whole": True}, endpoint="whole")
def everything(is_whole: bool = False) -> ResponseReturnValue:
    """Return the feed of all public events."""
    return _feed(version_of_all(is_whole=is_whole), Scope(is_whole=is_whole))


@bp.get("/organisers/<slug>/calendar.ics")
@bp.get("/organisers/<slug>/calendar-all.ics", defaults={"is_whole": True}, endpoint="whole_organiser")
def organiser(slug: str, is_whole: bool = False) -> ResponseReturnValue:
    """Return the feed of an organiser's public events."""
    known = version_of_organiser(slug, is_whole=is_whole) or abort(404)
    return _feed(known, Scope(organiser_id=known.of_id, is_whole=is_whole))


@bp.get("/programmes/<slug>/calendar.ics")
@bp.get("/programmes/<slug>/calendar-all.ics", defaults={"is_whole": True}, endpoint="whole_programme")
def programme(slug: str, is_whole: bool = False) -> ResponseReturnValue:
    """Return the feed of a programme's events."""
    known = version_of_programme(slug, is_whole=is_whole) or abort(404)
    return _feed(known, Scope(programme_id=known.of_id, is_whole=is_whole))


@bp.get("/events/<slug>/event.ics")
def event(slug: str) -> ResponseReturnValue:
    """Return one event as a file."""
    found = event_by_slug(db.session(), slug) or abort(404)
    return attachment(download(event_entry(found, page_locale())), f"{found.slug}.ics")


@bp.get("/events/<slug>/opening.ics")
def opening(slug: str) -> ResponseReturnValue:
    """Return the moment when registration opens, as a file; there is none once it has opened."""
    found = event_by_slug(db.session(), slug)
    now_is, opens_at = phase_and_opening_of(found) if found is not None else (None, None)
    if found is None or opens_at is None or now_is is not Phase.NOT_YET:
        abort(404)
    entry = opening_entry(found, opens_at, page_locale())
    return attachment(download(entry), f"{found.slug}-opening.ics")


@bp.get("/events/<slug>/closing.ics")
def closing(slug: str) -> ResponseReturnValue:
    """Return the moment when registration closes, as a file, while there is one to come."""
    found = event_by_slug(db.session(), slug) or abort(404)
    if found.closes_at is None or phase_of(found) not in (Phase.OPEN, Phase.NOT_YET):
        abort(404)
    entry = closing_entry(found, found.closes_at, page_locale())
    return attachment(download(entry), f"{found.slug}-closing.ics")


@bp.get("/calendar.svg")
def everything_qr() -> ResponseReturnValue:
    """Return the QR code of the feed of everything."""
    return qr_code(feed_address("/calendar.ics"))


@bp.get("/organisers/<slug>/calendar.svg")
def organiser_qr(slug: str) -> ResponseReturnValue:
    """Return the QR code of an organiser's feed."""
    if version_of_organiser(slug) is None:
        abort(404)
    return qr_code(feed_address(f"/organisers/{slug}/calendar.ics"))


@bp.get("/programmes/<slug>/calendar.svg")
def programme_qr(slug: str) -> ResponseReturnValue:
    """Return the QR code of a programme's feed."""
    if version_of_programme(slug) is None:
        abort(404)
    return qr_code(feed_address(f"/programmes/{slug}/calendar.ics"))


def _feed(known: Version, scope: Scope) -> ResponseReturnValue:
    published = PublishedFeed(
        name=known.name or current_app.config["SITE_NAME"],
        path=request.path,
        facts=(replace(known, modified_at=None),),
        changed_at=known.changed_at,
        modified_at=known.modified_at,
        refresh_hours=known.refresh_hours,
        description=known.description or _FALLBACK,
        zone=known.zone,
        colour=known.colour,
    )
    return answer(published, lambda: parts(db.session(), scope, page_locale()))
