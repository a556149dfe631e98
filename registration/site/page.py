"""What the event page shows, prepared so that the template only shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from flask_babel import get_locale

from registration.core.urls import public_url, web_url
from registration.events.models import Event, Material
from registration.events.queries import location
from registration.ical.links import subscriptions
from registration.web.filters import language_name

_OSM = "https://www.openstreetmap.org"


@dataclass(frozen=True)
class MaterialLink:
    """Something published, with its language in the reader's words and the site where it lies."""

    title: str
    url: str
    locale: str
    language: str
    host: str


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


def materials(found: Sequence[Material]) -> list[MaterialLink]:
    """Return what was published; an address that is no web address is left out."""
    return [
        MaterialLink(
            one.title, url, one.locale, language_name(one.locale), urlsplit(url).netloc.removeprefix("www.")
        )
        for one in found
        if (url := web_url(one.url))
    ]


def feed_links(path: str, name: str) -> dict[str, object]:
    """Return the ways to subscribe to the feed of the page at *path*, which ends with a slash."""
    return {
        "subscribe": subscriptions(public_url(f"{path}calendar.ics"), name),
        "qr_url": f"{path}calendar.svg",
    }
