"""Events as calendar entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, case, func, literal, null, select
from sqlalchemy.orm import Session, joinedload, selectinload

from registration.accounts.models import Organiser
from registration.core import clock
from registration.core.database import single_reads, table
from registration.core.invariant import AnySelect
from registration.core.recent import recent
from registration.core.urls import public_url
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.queries import AHEAD, MOST, PAST, location, words
from registration.ical.entries import Entry

OPENING = timedelta(minutes=15)


def event_entry(event: Event, locale: str) -> Entry:
    """Return *event* as anybody may see it; it does not block the time of who only subscribes."""
    told = words(event, locale)
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
        status="CANCELLED" if event.status == "cancelled" else "CONFIRMED",
        sequence=event.sequence,
        changed_at=event.changed_at,
        busy=False,
        latitude=event.latitude,
        longitude=event.longitude,
    )


def opening_entry(event: Event, opens_at: datetime, locale: str) -> Entry:
    """Return the moment when *event* begins to take registrations, as an entry of its own.

    Any edit may move the opening and none of its own counts it, so SEQUENCE is the event's revision.
    """
    told = words(event, locale)
    return Entry(
        uid=f"opening-{event.uid}",
        title=_("Registration opens: %(title)s", title=told.title),
        starts_at=opens_at,
        ends_at=opens_at + OPENING,
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


def in_feeds(*, organiser_id: int | None = None, programme_id: int | None = None) -> Select[Event]:
    """Return the query of the events that feeds show: from a month ago to a year ahead, listed ones alone."""
    at = clock.now()
    query = (
        select(Event)
        .where(
            Event.status != "draft",
            Event.visibility == PUBLIC,
            Event.ends_at > at - PAST,
            Event.starts_at < at + AHEAD,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )
    if organiser_id is not None:
        query = query.where(Event.organiser_id == organiser_id)
    if programme_id is not None:
        query = query.where(
            Event.id.in_(select(ProgrammeEvent.event_id).where(ProgrammeEvent.programme_id == programme_id))
        )
    return query


def events(session: Session, query: Select[Event]) -> list[Event]:
    """Return the events of *query* with their words, in two queries however many there are."""
    return list(session.scalars(query.options(joinedload(Event.organiser), selectinload(Event.texts))))


@dataclass(frozen=True)
class Version:
    """What changes whenever a feed does, and what stands above its entries."""

    of_id: int | None
    name: str
    description: str
    zone: str
    count: int
    revisions: int
    changed_at: datetime | None
    refresh_hours: int


_event, _organiser = table(Event), table(Organiser)
_programme, _part = table(Programme), table(ProgrammeEvent)
_SHOWN = (
    (_event.c.status != "draft")
    & (_event.c.visibility == PUBLIC)
    & (_event.c.ends_at > bindparam("past"))
    & (_event.c.starts_at < bindparam("ahead"))
)
_FACTS = (
    func.count(_event.c.id),
    func.coalesce(func.sum(_event.c.revision + _event.c.id), 0),
    func.max(_event.c.changed_at),
    func.min(case((_event.c.starts_at > bindparam("now"), _event.c.starts_at))),
)
_OF_ALL = select(null(), literal(""), literal(""), literal(""), *_FACTS).where(_SHOWN)
_OF_ORGANISER = (
    select(_organiser.c.id, _organiser.c.name, _organiser.c.summary, _organiser.c.time_zone, *_FACTS)
    .select_from(_organiser.outerjoin(_event, (_event.c.organiser_id == _organiser.c.id) & _SHOWN))
    .where(_organiser.c.slug == bindparam("slug"))
    .group_by(_organiser.c.id)
)
_OF_PROGRAMME = (
    select(_programme.c.id, _programme.c.title, _programme.c.summary, _organiser.c.time_zone, *_FACTS)
    .select_from(
        _programme.join(_organiser, _organiser.c.id == _programme.c.organiser_id)
        .outerjoin(_part, _part.c.programme_id == _programme.c.id)
        .outerjoin(_event, (_event.c.id == _part.c.event_id) & _SHOWN)
    )
    .where(_programme.c.slug == bindparam("slug"))
    .group_by(_programme.c.id, _organiser.c.id)
)


def version_of_all() -> Version:
    """Return the version of the feed of everything, in one statement, with no entry built."""
    found = recent("feed of everything", lambda: _version(_OF_ALL, {}))
    assert found is not None
    return found


def version_of_organiser(slug: str) -> Version | None:
    """Return the version of an organiser's feed, or None where there is no such organiser."""
    return recent(("organiser feed", slug), lambda: _version(_OF_ORGANISER, {"slug": slug}))


def version_of_programme(slug: str) -> Version | None:
    """Return the version of a programme's feed, or None where there is no such programme."""
    return recent(("programme feed", slug), lambda: _version(_OF_PROGRAMME, {"slug": slug}))


def _version(query: AnySelect, values: dict[str, str]) -> Version | None:
    at = clock.now()
    window = {"now": at, "past": at - PAST, "ahead": at + AHEAD}
    with single_reads().connect() as connection:
        row = connection.execute(query, values | window).one_or_none()
    if row is None:
        return None
    of_id, name, description, zone, count, revisions, changed_at, coming = row
    hours = refresh_hours([coming] if coming else [])
    return Version(of_id, name, description, zone, int(count), int(revisions), changed_at, hours)


def refresh_hours(starts: Sequence[datetime]) -> int:
    """Return how often to ask again: hourly from two days before an event, else six-hourly."""
    at = clock.now()
    return 1 if any(at < start < at + timedelta(days=2) for start in starts) else 6
