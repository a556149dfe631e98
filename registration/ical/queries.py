"""Events as calendar entries, and what tells whether a feed changed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, case, func, literal, null, select
from sqlalchemy.orm import Session, selectinload

from registration.accounts.models import Organiser
from registration.core import clock
from registration.core.among import among
from registration.core.database import single_reads, table
from registration.core.invariant import AnySelect
from registration.core.read_cache import recent
from registration.core.tokens import hashed
from registration.core.urls import public_url
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.queries import AHEAD, MOST, PAST, location, words
from registration.events.rules import EventStatus
from registration.ical.entries import Entry
from registration.ical.feeds import BUILDER_VERSION, FeedComponent, component_of
from registration.ical.models import CalendarEntry

log = logging.getLogger(__name__)

# Google shows nothing of what lies beyond about 1 MB or 1 111 events, and does not say so.
MOST_BYTES = 880_000
_EVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scope:
    """Whose events a feed shows. *is_whole*: all there ever were, else a month back and a year ahead."""

    organiser_id: int | None = None
    programme_id: int | None = None
    is_whole: bool = False

    def window(self) -> tuple[datetime, datetime]:
        """Return after what an event must end, and before what it must begin."""
        at = clock.now()
        return _EVER if self.is_whole else (at - PAST, at + AHEAD)


# How long the entry of a moment is, and how long before a deadline's last minutes it rings.
MOMENT = timedelta(minutes=15)
BEFORE_DEADLINE = timedelta(hours=1)


def event_entry(event: Event, locale: str) -> Entry:
    """Return *event* as anybody may see it; it does not block the time of who only subscribes."""
    told = words(event, locale)
    prefix = _("Cancelled:")
    return Entry(
        uid=event.uid,
        title=told.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.time_zone,
        all_day=event.all_day,
        location=location(event),
        description=told.summary,
        url=public_url(f"/events/{event.slug}/"),
        status="CANCELLED" if event.status == EventStatus.CANCELLED else "CONFIRMED",
        sequence=event.sequence,
        changed_at=event.public_changed_at,
        busy=False,
        latitude=event.latitude,
        longitude=event.longitude,
        # Equal in all languages unless it is shown.
        cancelled_prefix=f"{prefix} " if event.status == EventStatus.CANCELLED else "",
    )


def opening_entry(event: Event, opens_at: datetime, locale: str) -> Entry:
    """Return the moment when *event* begins to take registrations, as an entry of its own."""
    title = _("Registration opens: %(title)s", title=words(event, locale).title)
    return _moment_entry(event, "opening", title, opens_at, opens_at + MOMENT)


def closing_entry(event: Event, closes_at: datetime, locale: str) -> Entry:
    """Return the last minutes in which *event* takes registrations, as an entry of its own.

    It ends at the moment, and rings before it: whoever looks when it begins is still in time.
    """
    title = _("Registration closes: %(title)s", title=words(event, locale).title)
    entry = _moment_entry(event, "closing", title, closes_at - MOMENT, closes_at)
    return replace(entry, alarm=BEFORE_DEADLINE)


def _moment_entry(event: Event, what: str, title: str, starts_at: datetime, ends_at: datetime) -> Entry:
    """Return an entry of a moment of registering.

    Any edit may move it and none of its own counts it, so SEQUENCE is the event's revision.
    """
    return Entry(
        uid=f"{what}-{event.uid}",
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=event.time_zone,
        all_day=False,
        location="",
        description="",
        url=public_url(f"/events/{event.slug}/"),
        status="CONFIRMED",
        sequence=event.revision,
        changed_at=event.changed_at,
        busy=False,
    )


def maker() -> str:
    """Return what, beside the event, decides about the bytes of an entry."""
    return hashed(f"{BUILDER_VERSION} {public_url('/')}")[:32]


_event, _organiser = table(Event), table(Organiser)
_programme, _part = table(Programme), table(ProgrammeEvent)
_entry = table(CalendarEntry)
_IN_WINDOW = (
    (_event.c.status != EventStatus.DRAFT)
    & (_event.c.visibility == PUBLIC)
    & (_event.c.ends_at > bindparam("past"))
    & (_event.c.starts_at < bindparam("ahead"))
)
_IS_TRUE = (
    (_entry.c.event_id == _event.c.id)
    & (_entry.c.locale == bindparam("locale"))
    & (_entry.c.revision == _event.c.calendar_revision)
    & (_entry.c.maker == bindparam("maker"))
)
_STORED = (
    select(_event.c.id, _entry.c.raw, _entry.c.zone, _entry.c.first_year, _entry.c.last_year)
    .select_from(_event.outerjoin(_entry, _IS_TRUE))
    .where(_IN_WINDOW)
)
# What is coming before what is over, the nearest first: what does not fit is the oldest, then the farthest.
_IS_OVER = case((_event.c.ends_at <= bindparam("now"), 1), else_=0)
_NEAREST_FIRST = (
    _IS_OVER,
    case((_event.c.ends_at > bindparam("now"), _event.c.starts_at)),
    _event.c.ends_at.desc(),
    _event.c.id,
)


def parts(session: Session, scope: Scope, locale: str) -> list[FeedComponent]:
    """Return the entries of a feed in one query, their bytes as they are stored.

    What is not stored yet, or is no longer true, is made here.
    """
    past, ahead = scope.window()
    query = _STORED
    if scope.organiser_id is not None:
        query = query.where(_event.c.organiser_id == scope.organiser_id)
    if scope.programme_id is not None:
        of_programme = select(_part.c.event_id).where(_part.c.programme_id == scope.programme_id)
        query = query.where(_event.c.id.in_(of_programme))
    values: dict[str, Any] = {"past": past, "ahead": ahead, "locale": locale, "maker": maker()}
    if scope.is_whole:
        query = query.order_by(_event.c.starts_at, _event.c.id)
    else:
        query = query.order_by(*_NEAREST_FIRST).limit(MOST)
        values["now"] = clock.now()
    rows = session.connection().execute(query, values).all()
    made = _made(session, [row.id for row in rows if row.raw is None], locale)
    found = [FeedComponent._make(row[1:]) if row.raw is not None else made[row.id] for row in rows]
    shown = [part for part in found if part.raw]
    return shown if scope.is_whole else fitting(shown)


def fitting(shown: Sequence[FeedComponent], most: int = MOST_BYTES) -> list[FeedComponent]:
    """Return as many of the first parts as fit into *most* bytes."""
    sizes = accumulate(len(part.raw) for part in shown)
    return [part for part, size in zip(shown, sizes, strict=True) if size <= most]


def events_by_id(session: Session, ids: Sequence[int]) -> list[Event]:
    """Return the events *ids* with their words."""
    found: list[Event] = []
    for start in range(0, len(ids), 500):
        some = (
            select(Event).where(among(Event.id, ids[start : start + 500])).options(selectinload(Event.texts))
        )
        found += session.scalars(some)
    return found


def _made(session: Session, ids: Sequence[int], locale: str) -> dict[int, FeedComponent]:
    return {event.id: _part_or_none(event, locale) for event in events_by_id(session, ids)}


def _part_or_none(event: Event, locale: str) -> FeedComponent:
    """Return the part of *event*, without bytes where it cannot be made: the others are shown."""
    try:
        return component_of(event_entry(event, locale))
    except Exception as error:
        # The message could quote what people typed; the kind of error cannot.
        log.error("calendar entry left out event=%s kind=%s", event.id, type(error).__name__)
        return FeedComponent(b"", "", 0, 0)


@dataclass(frozen=True)
class Version:
    """What changes whenever a feed does, and what stands above its entries."""

    of_id: int | None
    name: str
    description: str
    zone: str
    colour: str
    facts: tuple[object, ...]
    changed_at: datetime | None
    # When any entry was last made: for readers that ask with a date alone.
    modified_at: datetime | None
    refresh_hours: int


# Whatever event comes, goes or changes moves one of these: an edit that is shown its revision, a window
# the others.
_FACTS = (
    func.count(_event.c.id),
    func.coalesce(func.sum(_event.c.calendar_revision), 0),
    func.coalesce(func.sum(_event.c.id), 0),
    func.coalesce(func.sum(_IS_OVER), 0),
    func.min(_event.c.starts_at),
    func.max(_event.c.ends_at),
)
_TIMES = (
    func.max(func.coalesce(_event.c.calendar_changed_at, _event.c.changed_at)),
    # Of all entries, by its index: later than the events' where a release writes them in another way.
    select(func.max(_entry.c.changed_at)).scalar_subquery(),
    func.min(case((_event.c.starts_at > bindparam("now"), _event.c.starts_at))),
)
_OF_ALL = (
    select(null(), literal(""), literal(""), literal(""), literal(""), *_TIMES, *_FACTS)
    .select_from(_event)
    .where(_IN_WINDOW)
)
_OF_ORGANISER = (
    select(
        _organiser.c.id,
        _organiser.c.name,
        _organiser.c.summary,
        _organiser.c.time_zone,
        _organiser.c.colour,
        *_TIMES,
        *_FACTS,
    )
    .select_from(_organiser.outerjoin(_event, (_event.c.organiser_id == _organiser.c.id) & _IN_WINDOW))
    .where(_organiser.c.slug == bindparam("slug"))
    .group_by(_organiser.c.id)
)
_OF_PROGRAMME = (
    select(
        _programme.c.id,
        _programme.c.title,
        _programme.c.summary,
        _organiser.c.time_zone,
        _organiser.c.colour,
        *_TIMES,
        *_FACTS,
    )
    .select_from(
        _programme.join(_organiser, _organiser.c.id == _programme.c.organiser_id)
        .outerjoin(_part, _part.c.programme_id == _programme.c.id)
        .outerjoin(_event, (_event.c.id == _part.c.event_id) & _IN_WINDOW)
    )
    .where(_programme.c.slug == bindparam("slug"))
    .group_by(_programme.c.id, _organiser.c.id)
)


def version_of_all(*, is_whole: bool = False) -> Version:
    """Return the version of the feed of everything, in one statement, with no entry built."""
    found = recent(("feed of everything", is_whole), lambda: _version(_OF_ALL, {}, is_whole=is_whole))
    assert found is not None
    return found


def version_of_organiser(slug: str, *, is_whole: bool = False) -> Version | None:
    """Return the version of an organiser's feed, or None where there is no such organiser."""
    return recent(
        ("organiser feed", slug, is_whole),
        lambda: _version(_OF_ORGANISER, {"slug": slug}, is_whole=is_whole),
    )


def version_of_programme(slug: str, *, is_whole: bool = False) -> Version | None:
    """Return the version of a programme's feed, or None where there is no such programme."""
    return recent(
        ("programme feed", slug, is_whole),
        lambda: _version(_OF_PROGRAMME, {"slug": slug}, is_whole=is_whole),
    )


def _version(query: AnySelect, values: dict[str, str], *, is_whole: bool) -> Version | None:
    past, ahead = Scope(is_whole=is_whole).window()
    told = {"now": clock.now(), "past": past, "ahead": ahead}
    with single_reads().connect() as connection:
        row = connection.execute(query, values | told).one_or_none()
    if row is None:
        return None
    of_id, name, description, zone, colour, event_at, entry_at, coming, *facts = row
    hours = refresh_hours([coming] if coming else [])
    modified_at = max((at for at in (event_at, entry_at) if at), default=None)
    return Version(of_id, name, description, zone, colour, tuple(facts), event_at, modified_at, hours)


def refresh_hours(starts: Sequence[datetime]) -> int:
    """Return how often to ask again: hourly from two days before an event, else six-hourly."""
    at = clock.now()
    return 1 if any(at < start < at + timedelta(days=2) for start in starts) else 6
