"""Answer requests for calendars: the same bytes and tags between polls, nothing built when nothing changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, make_response, request

from registration.core.urls import public_url
from registration.ical.entries import Entry, vevent_or_none
from registration.ical.feeds import Feed, feed
from registration.ical.queries import refresh_hours

CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Told:
    """What a feed tells: its name, its own path, its entries."""

    name: str
    path: str
    entries: Sequence[Entry]
    is_personal: bool
    description: str = ""
    zone: str = "Europe/Brussels"
