"""Read events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from registration.core import clock
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.rules import CANCELLED, EventStatus, Phase, phase, phase_and_opening

# How long what is over stays on the front page of its organiser and in the feeds.
PAST = timedelta(days=30)
AHEAD = timedelta(days=366)
MOST = 1000
# As rules.keeps_promises, for queries.
KEEPS_PROMISES = Event.status != CANCELLED


@dataclass(frozen=True)
class Words:
    """The words of an event for one reader, and the language they are in."""

    locale: str
    title: str
    summary: str
    description: str


def words(event: Event, locale: str) -> Words:
    """Return the words of *event* in *locale*, else in its own language, else in any."""
    by_locale = {text.locale: text for text in event.texts}
    text = by_locale.get(locale) or by_locale.get(event.locale) or next(iter(event.texts))
    return Words(text.locale, text.title, text.summary, text.description)


def phase_of(event: Event, now: datetime | None = None) -> Phase:
    """Return whether *event* takes registrations now; where it has categories, into one of them."""
    return phase_and_opening_of(event, now)[0]


def phase_and_opening_of(event: Event, now: datetime | None = None) -> tuple[Phase, datetime | None]:
    """Return whether *event* takes registrations now, and when it opens for the first that may register."""
    at = now or clock.now()
    own = phase(event.status, event.opens_at, event.closes_at, event.starts_at, event.ends_at, at)
    windows = [(one.opens_at, one.closes_at) for one in event.categories]
    return phase_and_opening(own, event.opens_at, windows, event.closes_at or event.starts_at, at)


def location(event: Event) -> str:
    """Return where *event* is held as one line: "Autoworld, Parc du Cinquantenaire 11, Brussels"."""
    return ", ".join(part for part in (event.venue, event.street, event.city) if part)


def whereabouts(event: Event) -> dict[str, Any]:
    """Return when and where *event* is held, for mails that tell what it was before."""
    return {
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "time_zone": event.time_zone,
        "all_day": event.all_day,
        "location": location(event),
    }


def event_by_slug(session: Session, slug: str) -> Event | None:
    """Return a published or cancelled event with everything its page shows, or None."""
    return session.scalar(
        select(Event)
        .where(Event.slug == slug, Event.status != EventStatus.DRAFT)
        .options(
            joinedload(Event.organiser),
            selectinload(Event.texts),
            selectinload(Event.categories),
            selectinload(Event.questions),
            selectinload(Event.materials),
        )
    )


def upcoming(session: Session, organiser_id: int | None = None) -> Sequence[Event]:
    """Return what is coming or under way, soonest first."""
    query = _listed().where(Event.ends_at > clock.now()).order_by(Event.starts_at, Event.id)
    return session.scalars(_of(query, organiser_id).limit(MOST)).all()


def past(session: Session, organiser_id: int | None = None, limit: int = 10) -> Sequence[Event]:
    """Return what was held, latest first."""
    query = _listed().where(Event.ends_at <= clock.now(), Event.status == EventStatus.PUBLISHED)
    query = _of(query, organiser_id).options(selectinload(Event.materials))
    return session.scalars(query.order_by(Event.ends_at.desc()).limit(limit)).all()


def programme_by_slug(session: Session, slug: str) -> Programme | None:
    return session.scalar(
        select(Programme).where(Programme.slug == slug).options(joinedload(Programme.organiser))
    )


def events_of(session: Session, programme: Programme) -> Sequence[Event]:
    """Return the programme's events in their order, drafts and unlisted ones left out."""
    query = (
        _listed()
        .join(ProgrammeEvent, ProgrammeEvent.event_id == Event.id)
        .where(ProgrammeEvent.programme_id == programme.id)
        .order_by(ProgrammeEvent.rank, Event.starts_at)
    )
    return session.scalars(query).all()


def programmes_with(session: Session, event: Event) -> Sequence[Programme]:
    """Return the programmes that *event* belongs to."""
    query = (
        select(Programme)
        .join(ProgrammeEvent, ProgrammeEvent.programme_id == Programme.id)
        .where(ProgrammeEvent.event_id == event.id)
        .order_by(Programme.id)
    )
    return session.scalars(query).all()


def _listed() -> Select[Event]:
    return (
        select(Event)
        .where(Event.status != EventStatus.DRAFT, Event.visibility == PUBLIC)
        .options(joinedload(Event.organiser), selectinload(Event.texts), selectinload(Event.categories))
    )


def _of(query: Select[Event], organiser_id: int | None) -> Select[Event]:
    return query if organiser_id is None else query.where(Event.organiser_id == organiser_id)
