"""The public pages. Each is rendered once for what it shows and then served from memory."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, abort, render_template
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.urls import public_url
from registration.events.queries import (
    Words,
    event_by_slug,
    events_of,
    location,
    organiser_by_slug,
    past,
    programme_by_slug,
    programmes_with,
    upcoming,
    words,
)
from registration.events.rules import Phase
from registration.seats.queries import Availability, availability, policy_of
from registration.site.cards import Card, cards
from registration.site.page import head, map_url, structured
from registration.web.locale import page_locale
from registration.web.page_cache import answered, page_cache

bp = Blueprint("site", __name__)


@bp.get("/")
def front() -> Response:
    """Show what is coming, then what was held lately."""

    def build(coming: Sequence[Card], held: Sequence[Card]) -> str:
        return render_template("site/front.html", coming=coming, held=held)

    return _listed(None, build)


@bp.get("/organisers/<slug>/")
def organiser(slug: str) -> Response:
    """Show an organiser and its events."""
    found = organiser_by_slug(db.session(), slug) or abort(404)

    def build(coming: Sequence[Card], held: Sequence[Card]) -> str:
        feed = public_url(f"/organisers/{slug}/calendar.ics")
        return render_template("site/organiser.html", organiser=found, coming=coming, held=held, feed=feed)

    return _listed(found.id, build)


@bp.get("/programmes/<slug>/")
def programme(slug: str) -> Response:
    """Show linked events on one page."""
    session = db.session()
    found = programme_by_slug(session, slug) or abort(404)
    shown = cards(session, events_of(session, found), page_locale())
    feed = public_url(f"/programmes/{slug}/calendar.ics")
    page = render_template("site/programme.html", programme=found, cards=shown, feed=feed)
    return answered(page.encode())


@bp.get("/events/<slug>/")
def event(slug: str) -> Response:
    """Show an event; while the database is away, as it was last."""
    name = ("event", slug, page_locale())
    try:
        session = db.session()
        known = head(session, slug)
        if known is None:
            abort(404)
        seats = availability(session, [known.id])[known.id]
        body = page_cache().page(name, (known, seats), lambda: _event_page(session, slug, seats, known.phase))
    except (DBAPIError, PoolTimeout):
        last = page_cache().last(name)
        if last is None:
            raise
        body = last
    return answered(body)


@bp.get("/robots.txt")
def robots() -> Response:
    """Let everything public be read; feeds too, since calendars ask for this file."""
    lines = [
        "User-agent: *",
        "Disallow: /organiser/",
        "Disallow: /bookings/",
        f"Sitemap: {public_url('/sitemap.xml')}",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """List the pages worth finding."""
    session = db.session()
    addresses = [public_url("/")]
    addresses += [public_url(f"/events/{one.slug}/") for one in (*upcoming(session), *past(session))]
    page = render_template("site/sitemap.xml", addresses=addresses)
    return Response(page, mimetype="application/xml")


def _listed(organiser_id: int | None, build: Callable[[Sequence[Card], Sequence[Card]], str]) -> Response:
    session = db.session()
    coming = cards(session, upcoming(session, organiser_id), page_locale())
    held = cards(session, past(session, organiser_id), page_locale())
    return answered(build(coming, held).encode())


def _event_page(session: Session, slug: str, seats: Availability, now_is: Phase) -> str:
    found = event_by_slug(session, slug) or abort(404)
    told: Words = words(found, page_locale())
    return render_template(
        "site/event.html",
        event=found,
        words=told,
        seats=seats,
        phase=now_is.value,
        policy=policy_of(session, found.id),
        location=location(found),
        map_url=map_url(found),
        programmes=programmes_with(session, found),
        canonical=public_url(f"/events/{slug}/"),
        feed=public_url(f"/organisers/{found.organiser.slug}/calendar.ics"),
        structured=structured(found, told.title, told.summary, seats.left if found.shows_seats else None),
    )
