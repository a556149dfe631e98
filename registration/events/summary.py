"""The facts of an event that pages, mails and calendars repeat, put together once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registration.accounts.models import Organiser
from registration.core.urls import web_url
from registration.events.models import Event
from registration.events.queries import location, words


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """When and where an event is, and whose: what is said of it in every language."""

    event_id: int
    slug: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    all_day: bool
    location: str
    organiser_id: int
    organiser: str
    organiser_email: str


@dataclass(frozen=True, kw_only=True)
class EventSummary(EventFacts):
    """An event as it is told to a reader of one language."""

    title: str
    title_locale: str
    online_url: str
    event_status: str
    organiser_slug: str
    calendar_mail: str


def facts_of(event: Event, organiser: Organiser) -> dict[str, Any]:
    """Return the fields of EventFacts, for it and for what extends it."""
    return {
        "event_id": event.id,
        "slug": event.slug,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "time_zone": event.time_zone,
        "all_day": event.all_day,
        "location": location(event),
        "organiser_id": organiser.id,
        "organiser": organiser.name,
        "organiser_email": organiser.email,
    }


def summary_of(event: Event, organiser: Organiser, locale: str) -> dict[str, Any]:
    """Return the fields of EventSummary for a reader of *locale*, for it and for what extends it."""
    told = words(event, locale)
    return facts_of(event, organiser) | {
        "title": told.title,
        "title_locale": told.locale,
        "online_url": web_url(event.online_url),
        "event_status": event.status,
        "organiser_slug": organiser.slug,
        "calendar_mail": organiser.calendar_mail,
    }
