"""A feed: a header, its zones, and the entries' stored bytes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from registration.ical.entries import calendar_bytes, property_line, uri_line
from registration.ical.text import calendar_text
from registration.ical.zones import zone_block

# Part of every tag: moves when the same event would be written in other bytes.
BUILDER_VERSION = "1"


@dataclass(frozen=True)
class Feed:
    """What stands above the entries of a feed. *url* is its own address."""

    name: str
    description: str
    url: str
    zone: str
    colour: str
    refresh_hours: int
    changed_at: datetime
    language: str


def feed(head: Feed, entries: Iterable[bytes], zones: Iterable[str], years: tuple[int, int]) -> bytes:
    """Return the feed. It has no METHOD: it is a snapshot (RFC 5545 §3.7.2), so no ORGANIZER is owed."""
    blocks = [zone_block(zone, *years) for zone in zones]
    return calendar_bytes(_header(head), blocks, list(entries))


def etag(*facts: object) -> str:
    """Return the tag of what *facts* say, for a weak ETag."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _header(head: Feed) -> list[str]:
    name = calendar_text(head.name, fallback="Events", limit=200)
    lines = [property_line("NAME", name), property_line("X-WR-CALNAME", name)]
    if description := calendar_text(head.description, limit=500):
        lines += [property_line("DESCRIPTION", description), property_line("X-WR-CALDESC", description)]
    lines += [
        f"X-WR-TIMEZONE:{head.zone}",
        # RFC 7986 §5.7 and §5.8 know no default type: icalendar leaves the parameters out.
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{head.refresh_hours}H",
        f"X-PUBLISHED-TTL:PT{head.refresh_hours}H",
        uri_line("SOURCE", head.url),
        f"LAST-MODIFIED:{head.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    ]
    if head.colour:
        lines.append(property_line("COLOR", head.colour))
    return lines
