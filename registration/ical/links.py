"""Ways into a calendar: subscribe to a feed, which follows by itself, or add one event, which does not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from registration.ical.entries import Entry, ends_at
from registration.ical.text import calendar_text

# Google and Outlook cut or refuse addresses that are much longer.
TEXT = 800


@dataclass(frozen=True)
class Subscriptions:
    """The addresses by which programs subscribe to one feed."""

    feed: str
    webcal: str
    google: str
    outlook: str
    office: str


@dataclass(frozen=True)
class Additions:
    """The addresses that add one event to a calendar on the web, as it is now."""

    google: str
    outlook: str
    office: str


def webcal(url: str) -> str:
    """Return the address by which calendar programs subscribe to the feed at *url*."""
    return f"webcal://{url.partition('://')[2]}"


def subscriptions(url: str, name: str) -> Subscriptions:
    """Return how to subscribe to the feed at *url*."""
    in_outlook = urlencode({"url": url, "name": name})
    return Subscriptions(
        feed=url,
        webcal=webcal(url),
        google="https://calendar.google.com/calendar/r?" + urlencode({"cid": webcal(url)}),
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?{in_outlook}",
        office=f"https://outlook.office.com/calendar/0/addfromweb?{in_outlook}",
    )


def additions(entry: Entry) -> Additions:
    """Return how to add *entry* once."""
    words = {
        "title": calendar_text(entry.title, limit=255),
        "text": "\n\n".join(
            part for part in (calendar_text(entry.description, lines=True, limit=TEXT), entry.url) if part
        ),
        "place": calendar_text(entry.location),
    }
    google = {
        "action": "TEMPLATE",
        "text": words["title"],
        "dates": "/".join(_google(entry)),
        "ctz": entry.zone,
        "details": words["text"],
        "location": words["place"],
    }
    start, end = _outlook(entry)
    outlook = urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": words["title"],
            "startdt": start,
            "enddt": end,
            "allday": "true" if entry.all_day else "false",
            "body": words["text"],
            "location": words["place"],
        }
    )
    return Additions(
        google="https://calendar.google.com/calendar/render?" + urlencode(google),
        outlook=f"https://outlook.live.com/calendar/0/deeplink/compose?{outlook}",
        office=f"https://outlook.office.com/calendar/0/deeplink/compose?{outlook}",
    )


def _google(entry: Entry) -> tuple[str, str]:
    if entry.all_day:
        first, last = _days(entry)
        # Exclusive, as in the VEVENT.
        return f"{first:%Y%m%d}", f"{last + timedelta(days=1):%Y%m%d}"
    return f"{_utc(entry.starts_at):%Y%m%dT%H%M%SZ}", f"{_utc(ends_at(entry)):%Y%m%dT%H%M%SZ}"


def _outlook(entry: Entry) -> tuple[str, str]:
    if entry.all_day:
        first, last = _days(entry)
        return f"{first:%Y-%m-%d}", f"{last + timedelta(days=1):%Y-%m-%d}"
    return f"{_utc(entry.starts_at):%Y-%m-%dT%H:%M:%SZ}", f"{_utc(ends_at(entry)):%Y-%m-%dT%H:%M:%SZ}"


def _days(entry: Entry) -> tuple[datetime, datetime]:
    zone = ZoneInfo(entry.zone)
    last = ends_at(entry) - timedelta(seconds=1)
    return entry.starts_at.astimezone(zone), last.astimezone(zone)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
