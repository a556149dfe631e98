"""Events as schema.org data, for search engines (https://schema.org/Event)."""

from datetime import datetime
from typing import Any

from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.queries import Words


def structured(event: Event, words: Words, seats_left: int | None) -> dict[str, Any]:
    """Return *event* as a schema.org Event; *seats_left* is None where the organiser shows no numbers."""
    url = public_url(f"/events/{event.slug}/")
    is_cancelled = event.status == "cancelled"
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": words.title,
        "description": words.summary,
        "inLanguage": words.locale,
        "startDate": _iso(event.starts_at),
        "endDate": _iso(event.ends_at),
        "url": url,
        "eventStatus": f"https://schema.org/{'EventCancelled' if is_cancelled else 'EventScheduled'}",
        "eventAttendanceMode": f"https://schema.org/{_attendance(event)}EventAttendanceMode",
        "location": _location(event, url),
        "organizer": {
            "@type": "Organization",
            "name": event.organiser.name,
            "url": public_url(f"/organisers/{event.organiser.slug}/"),
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


def _attendance(event: Event) -> str:
    if not event.online_url:
        return "Offline"
    return "Mixed" if event.venue or event.city else "Online"


def _location(event: Event, url: str) -> dict[str, Any]:
    if not (event.venue or event.city):
        # The address of the meeting itself is for those who have a seat.
        return {"@type": "VirtualLocation", "url": url}
    return {
        "@type": "Place",
        "name": event.venue or event.city,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": event.street,
            "addressLocality": event.city,
            "addressCountry": event.country,
        },
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
