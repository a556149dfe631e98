"""Events as calendar entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from registration.core import clock
from registration.core.urls import public_url
from registration.events.models import Event, ProgrammeEvent
from registration.events.queries import AHEAD, MOST, PAST, location, words
from registration.ical.entries import Entry


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


def in_feeds(*, organiser_id: int | None = None, programme_id: int | None = None) -> Select[Event]:
    """Return the query of the events that feeds show: from a month ago to a year ahead, drafts left out."""
    at = clock.now()
    query = (
        select(Event)
        .where(Event.status != "draft", Event.ends_at > at - PAST, Event.starts_at < at + AHEAD)
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
    """What changes whenever a feed does."""

    count: int
    revisions: int
    changed_at: datetime | None
    refresh_hours: int


def version(session: Session, query: Select[Event]) -> Version:
    """Return the version of the feed of *query*, in one query, with no entry built."""
    at = clock.now()
    columns = (Event.id, Event.revision, Event.changed_at, Event.starts_at)
    shown = query.order_by(None).with_only_columns(*columns).subquery()
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(shown.c.revision + shown.c.id), 0),
            func.max(shown.c.changed_at),
            func.min(case((shown.c.starts_at > at, shown.c.starts_at))),
        )
    ).one()
    return Version(int(row[0]), int(row[1]), row[2], refresh_hours([row[3]] if row[3] else []))


def refresh_hours(starts: Sequence[datetime]) -> int:
    """Return how often to ask again: hourly from two days before an event, else six-hourly."""
    at = clock.now()
    return 1 if any(at < start < at + timedelta(days=2) for start in starts) else 6
