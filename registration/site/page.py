"""What the event page shows, and the small facts that tell whether it still does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.queries import location
from registration.events.rules import Phase, phase

_HEAD = select(
    Event.id,
    Event.uid,
    Event.revision,
    Event.status,
    Event.opens_at,
    Event.closes_at,
    Event.starts_at,
    Event.ends_at,
).where(Event.slug == bindparam("slug"), Event.status != "draft")


@dataclass(frozen=True)
class Head:
    """An event as one small query knows it."""

    id: int
    uid: str
    revision: int
    phase: Phase


def head(session: Session, slug: str) -> Head | None:
    """Return the event at *slug*, or None for drafts and what is not there."""
    row = session.execute(_HEAD, {"slug": slug}).one_or_none()
    if row is None:
        return None
    now_is = phase(row.status, row.opens_at, row.closes_at, row.starts_at, row.ends_at, clock.now())
    return Head(row.id, row.uid, row.revision, now_is)


def map_url(event: Event) -> str:
    """Return a link to where the event is on a map, or nothing when it has no address."""
    if event.latitude is not None and event.longitude is not None:
        place = urlencode({"mlat": event.latitude, "mlon": event.longitude})
        return f"https://www.openstreetmap.org/?{place}#map=17/{event.latitude}/{event.longitude}"
    where = location(event)
    return f"https://www.openstreetmap.org/search?query={quote(where)}" if where and event.city else ""


def structured(event: Event, title: str, summary: str, seats_left: int | None) -> dict[str, Any]:
    """Return the event as schema.org Event data, for search engines."""
    url = public_url(f"/events/{event.slug}/")
    cancelled = event.status == "cancelled"
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": title,
        "description": summary,
        "startDate": _iso(event.starts_at),
        "endDate": _iso(event.ends_at),
        "url": url,
        "eventStatus": f"https://schema.org/{'EventCancelled' if cancelled else 'EventScheduled'}",
        "organizer": {"@type": "Organization", "name": event.organiser.name},
    }
    if event.venue:
        found["location"] = {
            "@type": "Place",
            "name": event.venue,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": event.street,
                "addressLocality": event.city,
                "addressCountry": event.country,
            },
        }
    if seats_left is not None:
        state = "InStock" if seats_left > 0 else "SoldOut"
        found["offers"] = {
            "@type": "Offer",
            "url": f"{url}register",
            "availability": f"https://schema.org/{state}",
        }
    return found


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
