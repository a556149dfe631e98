"""A feed: a header, its zones, and the entries' stored bytes. Equal facts give equal bytes and tags."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from registration.ical.entries import (
    Entry,
    calendar_bytes,
    property_line,
    uri_line,
    vevent_or_none,
    zone_named,
)
from registration.ical.text import calendar_text
from registration.ical.zones import zone_block

__all__ = ["BUILDER_VERSION", "Feed", "FeedComponent", "component_of", "etag", "feed", "vevent_or_none"]

# Part of every tag: moves when the same event would be written in other bytes.
BUILDER_VERSION = "5"

_COLOUR = re.compile(r"[a-z]{3,20}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class FeedComponent(NamedTuple):
    """One entry as a feed is joined of it: its bytes, and the VTIMEZONE they need; an empty zone is none."""

    raw: bytes
    zone: str
    first_year: int
    last_year: int


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


def feed(head: Feed, parts: Sequence[FeedComponent]) -> bytes:
    """Return the feed of finished entries.

    It has no METHOD: it is a snapshot (RFC 5545 §3.7.2), so no ORGANIZER is owed.
    """
    return calendar_bytes(_header(head), _blocks(parts), [part.raw for part in parts])


@lru_cache(maxsize=4096)
def component_of(entry: Entry) -> FeedComponent:
    """Return *entry* as a part: an entry is a value, so the same one has the same bytes, made once.

    One that cannot be made has no bytes, and does not break the feed of the others.
    """
    raw = vevent_or_none(entry) or b""
    years = [at.year for at in (entry.starts_at, entry.ends_at or entry.starts_at)]
    return FeedComponent(raw, zone_named(entry) if raw else "", min(years), max(years))


def etag(builder_version: str, *facts: object) -> str:
    """Return the value, without quotes and `W/`, of a weak ETag that changes with any of *facts*.

    Facts are told by their `repr`: numbers, texts, times and dataclasses of them; never a set.
    """
    return hashlib.sha256(repr((builder_version, *facts)).encode()).hexdigest()[:32]


def _blocks(parts: Sequence[FeedComponent]) -> Iterator[bytes]:
    """Give each zone once, right for the years in which the feed's times name it."""
    years: dict[str, tuple[int, int]] = {}
    for zone, first, last in {(part.zone, part.first_year, part.last_year) for part in parts if part.zone}:
        known = years.get(zone, (first, last))
        years[zone] = min(first, known[0]), max(last, known[1])
    for zone in sorted(years):
        yield zone_block(zone, *years[zone])


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
