"""The public pages. Each may be served as it was last while the database is away."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registration.accounts.queries import organiser_by_slug
from registration.core import clock
from registration.core.database import db, single_reads
from registration.core.read_cache import recent
from registration.core.urls import public_url, web_url
from registration.events.queries import (
    event_by_slug,
    events_of,
    past,
    programme_by_slug,
    programmes_with,
    upcoming,
    words,
)
from registration.events.wording import category_words, programme_words
from registration.ical.links import additions
from registration.ical.queries import event_entry
from registration.materials.queries import public_papers
from registration.seating.public_rules import promises
from registration.seats.queries import availability, seats_now
from registration.site import page as shown
from registration.site.cards import cards
from registration.site.queries import Head, head, programme_link, public_pages
from registration.site.structured import structured
from registration.web.locale import LOCALES, fall_back_to, page_locale
from registration.web.page_cache import Page, answered, page_cache

bp = Blueprint("site", __name__)
log = logging.getLogger(__name__)
Name = tuple[str, ...]


@bp.get("/")
def front() -> Response:
    """Show what is coming, then what was held lately."""
    name = ("front",)
    return _now_or_last(
        name, lambda: _rendered(name, "site/front.html", **_lists("/", None, current_app.config["SITE_NAME"]))
    )


@bp.get("/organisers/<slug>/")
def organiser(slug: str) -> Response:
    """Show an organiser and its events."""
    name = ("organiser", slug)

    def build() -> Page:
        found = organiser_by_slug(slug) or abort(404)
        fall_back_to(found.locale)
        lists = _lists(f"/organisers/{slug}/", found.id, found.name)
        website = web_url(found.website)
        return _rendered(name, "site/organiser.html", organiser=found, website=website, **lists)

    return _now_or_last(name, build)


@bp.get("/programmes/<slug>/")
def programme(slug: str) -> Response:
    """Show linked events on one page."""
    name = ("programme", slug)

    def build() -> Page:
        session = db.session()
        found = programme_by_slug(session, slug) or abort(404)
        fall_back_to(found.locale)
        events = cards(session, events_of(session, found), page_locale())
        told = programme_words(found, page_locale())
        addresses = _addresses(f"/programmes/{slug}/", told.title)
        return _rendered(name, "site/programme.html", programme=found, words=told, cards=events, **addresses)

    return _now_or_last(name, build)


@bp.get("/events/<slug>/")
def event(slug: str) -> Response:
    """Show an event: one small query, and the page from memory while nothing changed."""
    name = ("event", slug)

    def build() -> Page:
        known = recent(("event", slug), lambda: _head(slug))
        if known is None:
            abort(404)
        fall_back_to(known.locale)
        return page_cache().page(_spoken(name), known.facts, lambda: _event_page(slug, known))

    return _now_or_last(name, build)


@bp.get("/robots.txt")
def robots() -> Response:
    """Let everything public be read; feeds too, since calendars ask for this file."""
    lines = [
        "User-agent: *",
        "Disallow: /organiser/",
        "Disallow: /bookings/",
        "Disallow: /invitations/",
        "Disallow: /tickets/",
        f"Sitemap: {public_url('/sitemap.xml')}",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """List the pages worth finding."""
    pages = [(public_url(path), changed_at) for path, changed_at in public_pages(db.session())]
    return Response(render_template("site/sitemap.xml", pages=pages), mimetype="application/xml")


def _head(slug: str) -> Head | None:
    with single_reads().connect() as connection:
        return head(db.session(), connection, slug, clock.now())


def _now_or_last(name: Name, build: Callable[[], Page]) -> Response:
    """Return the page as it is; while the database is away, as this process showed it last."""
    try:
        return answered(build())
    except (DBAPIError, PoolTimeout) as error:
        last = _last(name)
        if last is None:
            raise
        log.warning("page from memory, database unavailable kind=%s", type(error).__name__)
        return answered(last)


def _last(name: Name) -> Page | None:
    """Return the last page in the reader's language, else in any: better than none."""
    kept = (page_cache().last((*name, code)) for code in (page_locale(), *LOCALES))
    return next((page for page in kept if page is not None), None)


def _rendered(name: Name, template: str, **values: Any) -> Page:
    return page_cache().keep(_spoken(name), None, render_template(template, **values))


def _spoken(name: Name) -> Name:
    """A page is another one in another language."""
    return (*name, page_locale())


def _lists(path: str, organiser_id: int | None, name: str) -> dict[str, Any]:
    session = db.session()
    coming = cards(session, upcoming(session, organiser_id), page_locale())
    held = cards(session, past(session, organiser_id), page_locale())
    return {"coming": coming, "held": held, **_addresses(path, name)}


def _addresses(path: str, name: str) -> dict[str, Any]:
    return {"canonical": public_url(path), **shown.feed_links(path, name)}


def _event_page(slug: str, known: Head) -> str:
    session = db.session()
    found = event_by_slug(session, slug) or abort(404)
    seats = availability(session, [found.id])[found.id]
    now = seats_now(seats, [category.id for category in found.categories], known.line)
    told = words(found, page_locale())
    return render_template(
        "site/event.html",
        event=found,
        words=told,
        seats=seats,
        now=now,
        phase=known.phase.value,
        opens_at=known.opens_at,
        publishes_ledger=known.line.publishes_ledger,
        promises=promises(known.line, found.has_waitlist, found.time_zone),
        address=shown.address(found),
        map_url=shown.map_url(found),
        online_url=web_url(found.online_url),
        categories=category_words(found, page_locale()),
        with_code={one.id for one in found.categories if one.access_code},
        materials=shown.materials(slug, public_papers(session, found.id)),
        programmes=[programme_link(one, page_locale()) for one in programmes_with(session, found)],
        canonical=public_url(f"/events/{slug}/"),
        og_locale=str(get_locale()),
        additions=additions(event_entry(found, page_locale())),
        **shown.feed_links(f"/organisers/{found.organiser.slug}/", found.organiser.name),
        structured=structured(found, told, now if found.shows_seats else None, known.opens_at),
    )
