"""A feed: a header, its zones, and the entries' stored bytes. Equal facts give equal bytes and tags."""

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

from registration.ical.entries import calendar_bytes, property_line, uri_line, vevent_or_none
from registration.ical.text import calendar_text
from registration.ical.zones import zone_block

__all__ = ["BUILDER_VERSION", "Feed", "etag", "feed", "vevent_or_none"]

log = logging.getLogger(__name__)

# Part of every tag: moves when the same event would be written in other bytes.
BUILDER_VERSION = "2"

_COLOUR = re.compile(r"[a-z]{3,20}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Feed:
    """What stands above the entries of a feed.

    *url* is its own https address, left out when empty; *colour* a name of CSS3, anything else is left out.
    """

    name: str
    description: str
    url: str
    zone: str
    colour: str
    refresh_hours: int
    changed_at: datetime
    language: str


def feed(head: Feed, entries: Iterable[bytes], zones: Iterable[str], years: tuple[int, int]) -> bytes:
    """Return the feed of finished VEVENTs; *years* are the first and last of their times.

    It has no METHOD: it is a snapshot (RFC 5545 §3.7.2), so no ORGANIZER is owed.
    """
    return calendar_bytes(_header(head), _blocks(zones, years), entries)


def etag(builder_version: str, *facts: object) -> str:
    """Return the value, without quotes and `W/`, of a weak ETag that changes with any of *facts*.

    Facts are told by their `repr`: numbers, texts, times and dataclasses of them; never a set.
    """
    return hashlib.sha256(repr((builder_version, *facts)).encode()).hexdigest()[:32]


def _blocks(zones: Iterable[str], years: tuple[int, int]) -> Iterator[bytes]:
    """Give the zones that exist: an entry in one that does not has been left out of the feed."""
    for name in sorted(set(zones)):
        try:
            yield zone_block(name, *years)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            log.error("calendar zone left out zone=%r kind=%s", name, type(error).__name__)


def _header(head: Feed) -> list[str]:
    name = calendar_text(head.name, fallback="Events", limit=200)
    tag = head.language.replace("_", "-")
    spoken = f";LANGUAGE={tag}" if _LANGUAGE.fullmatch(tag) else ""
    hours = max(1, head.refresh_hours)
    lines = [property_line(f"NAME{spoken}", name), property_line("X-WR-CALNAME", name)]
    if description := calendar_text(head.description, limit=500):
        lines += [
            property_line(f"DESCRIPTION{spoken}", description),
            property_line("X-WR-CALDESC", description),
        ]
    if head.zone:
        lines.append(property_line("X-WR-TIMEZONE", calendar_text(head.zone)))
    # RFC 7986 §5.7 and §5.8 know no default type: icalendar leaves these parameters out.
    lines += [f"REFRESH-INTERVAL;VALUE=DURATION:PT{hours}H", f"X-PUBLISHED-TTL:PT{hours}H"]
    if head.url:
        lines.append(uri_line("SOURCE", head.url))
    if _COLOUR.fullmatch(head.colour.lower()):
        lines.append(f"COLOR:{head.colour.lower()}")
    lines.append(f"LAST-MODIFIED:{head.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return lines
