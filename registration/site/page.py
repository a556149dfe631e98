"""What the event page shows, prepared so that the template only shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from flask_babel import get_locale

from registration.core.urls import web_url
from registration.events.models import Event
from registration.events.queries import location
from registration.ical.answers import feed_address
from registration.ical.links import subscriptions
from registration.materials.queries import Paper
from registration.web.filters import language_name
from registration.web.locale import page_locale

_OSM = "https://www.openstreetmap.org"


@dataclass(frozen=True)
class MaterialLink:
    """Something published, with its language in the reader's words and where it lies, or what file it is."""

    title: str
    url: str
    locale: str
    language: str
    where: str


def map_url(event: Event) -> str:
    """Return a link to where the event is on a map, or nothing when it has no address."""
    if event.latitude is not None and event.longitude is not None:
        place = urlencode({"mlat": event.latitude, "mlon": event.longitude})
        return f"{_OSM}/?{place}#map=17/{event.latitude}/{event.longitude}"
    return f"{_OSM}/search?query={quote(location(event), safe='')}" if event.city else ""


def address(event: Event) -> list[str]:
    """Return the lines of the address under the venue, the country in the reader's words."""
    country = (get_locale().territories.get(event.country) or event.country) if event.country else ""
    return [line for line in (event.street, event.city, country) if line]


def materials(slug: str, found: Sequence[Paper]) -> list[MaterialLink]:
    """Return what was published; an address that is no web address is left out."""
    links = []
    for one in found:
        if one.file_name:
            url, where = f"/events/{slug}/materials/{one.id}", one.file_name
        else:
            url = web_url(one.url)
            where = urlsplit(url).netloc.removeprefix("www.")
        if url:
            links.append(MaterialLink(one.title, url, one.locale, language_name(one.locale), where))
    return links


def feed_links(path: str, name: str) -> dict[str, object]:
    """Return the ways to subscribe to the feed of the page at *path*, which ends with a slash."""
    return {
        "subscribe": subscriptions(feed_address(f"{path}calendar.ics"), name),
        "qr_url": f"{path}calendar.svg?lang={page_locale()}",
    }
