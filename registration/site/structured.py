"""Events as schema.org data, for search engines (https://schema.org/Event)."""

from datetime import datetime
from typing import Any

from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.queries import Words
from registration.events.rules import EventStatus
from registration.seats.queries import SeatsNow


def structured(
    event: Event, words: Words, seats: SeatsNow | None, opens_at: datetime | None
) -> dict[str, Any]:
    """Return *event* as a schema.org Event; *seats* is None where the organiser shows no numbers.

    *opens_at* is when registration opens for the first that may register.
    """
    url = public_url(f"/events/{event.slug}/")
    is_cancelled = event.status == EventStatus.CANCELLED
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": words.title,
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
            "email": event.organiser.email,
            "url": public_url(f"/organisers/{event.organiser.slug}/"),
        },
    }
    if words.summary:
        found["description"] = words.summary
    if seats is not None:
        found["maximumAttendeeCapacity"] = seats.capacity
        found["remainingAttendeeCapacity"] = max(seats.left, 0)
    if not is_cancelled:
        found["offers"] = _offer(event, url, seats, opens_at)
    return found


def _offer(event: Event, url: str, seats: SeatsNow | None, opens_at: datetime | None) -> dict[str, Any]:
    """Return how to register. A price is left out: we do not know whether the organiser asks for one."""
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": f"{url}register",
        "validThrough": _iso(event.closes_at or event.starts_at),
    }
    if opens_at is not None:
        offer["validFrom"] = _iso(opens_at)
    if seats is not None:
        offer["availability"] = f"https://schema.org/{'InStock' if seats.left > 0 else 'SoldOut'}"
    return offer


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
        "address": {"@type": "PostalAddress"}
        | {
            name: told
            for name, told in (
                ("streetAddress", event.street),
                ("addressLocality", event.city),
                ("addressCountry", event.country),
            )
            if told
        },
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
