"""How times and texts are shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, wraps
from typing import ParamSpec
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date, format_datetime, format_interval, format_time, get_timezone_location
from babel.units import format_unit
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

from registration.core import clock

P = ParamSpec("P")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "hr"}


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        moment=moment,
        span=span,
        day=day,
        time_left=time_left,
        markdown=markdown,
        iso=iso,
        zone_name=zone_name,
        stamp=stamp,
    )


def _remembered(say: Callable[P, str]) -> Callable[P, str]:
    """Keep what was said, for each language: the time of an event is told on every page and in every mail."""

    @lru_cache(maxsize=1024)
    def said(_language: str, *args: P.args, **kwargs: P.kwargs) -> str:
        return say(*args, **kwargs)

    @wraps(say)
    def asked(*args: P.args, **kwargs: P.kwargs) -> str:
        return said(_language(), *args, **kwargs)  # type: ignore[arg-type]  # all of them can be hashed

    return asked


@_remembered
def day(at: datetime, zone: str) -> str:
    """Return the full date of *at* in *zone*, in the reader's language."""
    return _full(at.astimezone(ZoneInfo(zone)))


@_remembered
def moment(at: datetime, zone: str) -> str:
    """Return date, time and zone of *at*: "Friday, 5 March 2027, 17:00, Brussels time (CET)"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_full(local)}, {_clock(local)}, {zone_name(at, zone)}"


def time_left(until: datetime) -> str:
    """Return how long it is from now until *until*, in two units at most: "1 day 4 hours"."""
    minutes = max(0, int((until - clock.now()).total_seconds()) // 60)
    counts = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    first = next((number for number, (_unit, count) in enumerate(counts) if count), 2)
    told = [
        format_unit(count, f"duration-{unit}", locale=_language())
        for unit, count in counts[first : first + 2]
        if count or first == 2
    ]
    return " ".join(told)


def stamp(at: datetime, zone: str) -> str:
    """Return *at* short, for tables: "24 Nov 2026, 14:05"."""
    return format_datetime(
        at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), "d MMM y, HH:mm", locale=_language()
    )


@_remembered
def span(starts_at: datetime, ends_at: datetime, zone: str, all_day: bool = False) -> str:
    """Return from when to when, with the zone; one date when it is within a day."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    if all_day:
        last = _last_day(start, end)
        return _full(start) if last == start.date() else f"{_full(start)} – {_full(last)}"
    if start.date() == end.date():
        hours = format_interval(start.time(), end.time(), "Hm", locale=_language())
        return f"{_full(start)}, {hours}, {zone_name(starts_at, zone)}"
    return f"{_full(start)}, {_clock(start)} – {_full(end)}, {_clock(end)}, {zone_name(starts_at, zone)}"


def _full(at: date) -> str:
    return str(format_date(at, "full", locale=_language()))


def _clock(at: datetime) -> str:
    return str(format_time(at.time(), "HH:mm", locale=_language()))


def zone_name(at: datetime, zone: str) -> str:
    """Return the zone as people say it: "Brussels time (CET)"."""
    city = get_timezone_location(ZoneInfo(zone), locale=_language(), return_city=True)
    short = at.astimezone(ZoneInfo(zone)).strftime("%Z")
    return str(_("%(city)s time (%(short)s)", city=city, short=short))


def iso(at: datetime, zone: str) -> str:
    """Return *at* as a machine reads it, with the zone's offset."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def markdown(text: str) -> Markup:
    """Return *text* as HTML with few tags; a library cleans whatever came out."""
    html = _markdown.render(text)
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return Markup(clean)  # noqa: S704 - cleaned the line above


def _last_day(start: datetime, end: datetime) -> date:
    """The end of an all-day event is the midnight after it."""
    moment_before = end.astimezone(UTC) - timedelta(seconds=1)
    return max(start.date(), moment_before.astimezone(end.tzinfo).date())


def _language() -> str:
    return str(get_locale())
