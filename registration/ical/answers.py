"""Answer requests for calendars: equal bytes and tags between polls, nothing built when nothing changed."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import segno
from flask import Response, current_app, request
from flask_babel import gettext as _

from registration.core import clock
from registration.core.urls import public_url
from registration.ical.feeds import BUILDER_VERSION, Feed, FeedComponent, etag, feed
from registration.ical.links import webcal
from registration.web.locale import ADDRESS, chosen_by, page_locale

CALENDAR = "text/calendar; charset=utf-8"
# An empty feed has no change of its own to tell.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PublishedFeed:
    """What a feed tells beside its entries. *facts* change whenever an entry does."""

    name: str
    path: str
    facts: tuple[object, ...]
    changed_at: datetime | None
    refresh_hours: int
    is_personal: bool = False
    # In the reader's language once it is written; a feed that did not change asks for no words.
    description: object = ""
    zone: str = ""
    colour: str = ""
    # For readers that ask with a date alone; empty: when the last entry changed.
    modified_at: datetime | None = None


def feed_address(path: str) -> str:
    """Return the address of the feed at *path* in the language of this page.

    Programs fetch it from wherever their maker has machines, in whatever language these speak.
    """
    return f"{public_url(path)}?lang={page_locale()}"


def answer(published: PublishedFeed, parts: Callable[[], Sequence[FeedComponent]]) -> Response:
    """Return the feed, or 304 without asking for *parts* when the reader has it."""
    language = page_locale()
    tag = etag(BUILDER_VERSION, _own_address(published), published.name, language, *published.facts)
    response = Response(mimetype="text/calendar")
    response.headers["Content-Type"] = CALENDAR
    response.set_etag(tag, weak=True)
    # Never later than now (RFC 9110 §8.8.2.1), though entries count a second for each edit.
    response.last_modified = min(published.modified_at or published.changed_at or BEGINNING, clock.now())
    response.headers["Cache-Control"] = (
        "private, no-cache" if published.is_personal else "public, max-age=300"
    )
    response.headers["Vary"] = "Accept-Language"
    if published.is_personal:
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
    if not _has_it(response):
        response.set_data(_built(published, parts(), language))
    response.make_conditional(request)
    return response


def revoked() -> Response:
    """Return the answer at an address that was revoked: gone for good, so that programs ask no more."""
    told = _("This calendar link was replaced. Use the new one.")
    return Response(f"{told}\n", 410, mimetype="text/plain")


def qr_code(url: str, *, is_personal: bool = False) -> Response:
    """Return the QR code of the feed at *url* as a picture; the page's policy allows none inside the page."""
    drawn = io.BytesIO()
    # Its own white ground: it must be readable on a dark page too.
    code = segno.make_qr(webcal(url), error="m")
    code.save(drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    response = Response(drawn.getvalue(), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-cache" if is_personal else "public, max-age=86400"
    return response


def attachment(raw: bytes, filename: str) -> Response:
    """Return one file to save, in no cache."""
    response = Response(raw)
    response.headers["Content-Type"] = CALENDAR
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _own_address(published: PublishedFeed) -> str:
    return feed_address(published.path) if chosen_by() == ADDRESS else public_url(published.path)


def _has_it(response: Response) -> bool:
    known, _weak = response.get_etag()
    if request.if_none_match:
        return bool(known) and request.if_none_match.contains_weak(known or "")
    since = request.if_modified_since
    return since is not None and response.last_modified is not None and response.last_modified <= since


def _built(published: PublishedFeed, parts: Sequence[FeedComponent], language: str) -> bytes:
    head = Feed(
        name=published.name,
        description=str(published.description),
        # A personal feed does not carry its own address: people share calendars.
        url="" if published.is_personal else _own_address(published),
        zone=published.zone or current_app.config["TIME_ZONE"],
        colour=published.colour,
        refresh_hours=published.refresh_hours,
        changed_at=published.changed_at or BEGINNING,
        language=language,
    )
    return feed(head, parts)
