"""How times and texts are shown."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, wraps
from typing import ParamSpec
from zoneinfo import ZoneInfo

import nh3
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list
from babel.units import format_unit
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

from registration.core import clock
from registration.core.text import spoken_email

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
        listed=listed,
        begun=begun,
        spoken_email=spoken_email,
    )
    app.jinja_env.globals["language_name"] = language_name


def begun(words: str) -> str:
    """Return *words* with a capital at their beginning; names and German nouns keep theirs."""
    return words[:1].upper() + words[1:]


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
    told = _("%(day)s, %(time)s, %(zone)s", day=_full(local), time=_clock(local), zone=zone_name(at, zone))
    return str(told)


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
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day = format_skeleton("yMMMd", local, locale=_language())
    return str(_("%(day)s, %(time)s", day=day, time=_clock(local)))


@_remembered
def span(starts_at: datetime, ends_at: datetime, zone: str, all_day: bool = False) -> str:
    """Return from when to when, with the zone; one date when it is within a day."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    if all_day:
        last = _last_day(start, end)
        return _full(start) if last == start.date() else f"{_full(start)} – {_full(last)}"
    named = zone_name(starts_at, zone)
    if start.utcoffset() != end.utcoffset():
        # Each hour carries its own letters: those of one are wrong for the other.
        return _span_of_change(start, end, zone)
    if start.date() == end.date():
        hours = format_interval(start.time(), end.time(), "Hm", locale=_language())
        return str(_("%(day)s, %(hours)s, %(zone)s", day=_full(start), hours=hours, zone=named))
    return str(
        _(
            "%(day)s, %(time)s – %(last_day)s, %(last_time)s, %(zone)s",
            day=_full(start),
            time=_clock(start),
            last_day=_full(end),
            last_time=_clock(end),
            zone=named,
        )
    )


def _span_of_change(start: datetime, end: datetime, zone: str) -> str:
    """Return a span within which the clocks change, with the letters of both ends."""
    first, last = (f"{_clock(at)} {_short(at)}" for at in (start, end))
    city = get_timezone_location(ZoneInfo(zone), locale=_language(), return_city=True)
    named = _("%(city)s time", city=city)
    if start.date() == end.date():
        return str(_("%(day)s, %(hours)s, %(zone)s", day=_full(start), hours=f"{first} – {last}", zone=named))
    return str(
        _(
            "%(day)s, %(time)s – %(last_day)s, %(last_time)s, %(zone)s",
            day=_full(start),
            time=first,
            last_day=_full(end),
            last_time=last,
            zone=named,
        )
    )


def listed(names: Iterable[str]) -> str:
    """Return *names* as the reader's language lists them: "Ada, Ben and Cleo"."""
    return str(format_list(list(names), locale=_language()))


def language_name(code: str) -> str:
    """Return what the reader calls the language *code*, else the code."""
    try:
        return str(Locale.parse(code.replace("-", "_")).get_display_name(get_locale()) or code)
    except (ValueError, UnknownLocaleError):
        return code


def _full(at: date) -> str:
    return str(format_date(at, "full", locale=_language()))


def _clock(at: datetime) -> str:
    return str(format_time(at.time(), "HH:mm", locale=_language()))


def zone_name(at: datetime, zone: str) -> str:
    """Return the zone as people say it: "Brussels time (CET)"."""
    city = get_timezone_location(ZoneInfo(zone), locale=_language(), return_city=True)
    short = _short(at.astimezone(ZoneInfo(zone)))
    return short if city == short else str(_("%(city)s time (%(short)s)", city=city, short=short))


def _short(local: datetime) -> str:
    """Return the letters of a local time's zone: "CET"; some zones have none, and Python gives the offset."""
    short = local.strftime("%Z")
    return f"UTC{short}" if short.startswith(("+", "-")) else short


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


def _language() -> Locale:
    spoken: Locale = get_locale()
    return spoken
