"""Read what the public pages need beside the events themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select
from sqlalchemy.orm import Session

from registration.accounts.models import Organiser
from registration.booking.form.spec import spec_of
from registration.core.among import among
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.rules import EventStatus, Phase, is_open_between
from registration.events.wording import programme_words
from registration.seats.models import Queue
from registration.seats.queries import LINE_POLICY
from registration.seats.rules import LinePolicy

# One row by unique keys. The gate's step moves with whatever changes seats or the line, the event's
# revision with every edit: together they stand for all that the page shows.
_HEAD = (
    select(
        Event.id,
        Event.uid,
        Event.slug,
        Event.revision,
        Event.status,
        Event.locale,
        Event.opens_at,
        Event.closes_at,
        Event.starts_at,
        Event.ends_at,
        Queue.step,
        *LINE_POLICY,
        Organiser.name.label("organiser_name"),
        Organiser.email.label("organiser_email"),
    )
    .join(Queue, Queue.event_id == Event.id)
    .join(Organiser, Organiser.id == Event.organiser_id)
    .where(Event.slug == bindparam("slug"), Event.status != EventStatus.DRAFT)
)
_PROGRAMMES = (
    select(ProgrammeEvent.event_id, Programme)
    .join(Programme, Programme.id == ProgrammeEvent.programme_id)
    .where(among(ProgrammeEvent.event_id, "event_ids"))
    .order_by(Programme.id)
)
# Long enough for every past edition; what is older is found through its organiser.
_SITEMAP_MOST = 10_000


@dataclass(frozen=True)
class ProgrammeLink:
    """A programme as the cards of its events name it."""

    slug: str
    title: str
    locale: str


@dataclass(frozen=True)
class Head:
    """An event as one small query knows it; equal heads have equal pages."""

    facts: tuple[Any, ...]
    id: int
    phase: Phase
    opens_at: datetime | None
    line: LinePolicy
    locale: str


def head(session: Session, connection: Connection, slug: str, now: datetime) -> Head | None:
    """Return the event at *slug*, or None for drafts and what is not there."""
    row = connection.execute(_HEAD, {"slug": slug}).one_or_none()
    if row is None:
        return None
    now_is, opens_at, open_categories = _phase(session, row, now)
    line = LinePolicy(*(row._mapping[column.name] for column in LINE_POLICY))
    # The page says another thing once the line is frozen, though nothing was changed then.
    facts = (*row, now_is, opens_at, open_categories, line.stands_still(now))
    return Head(facts, row.id, now_is, opens_at, line, row.locale)


def _phase(session: Session, row: Any, now: datetime) -> tuple[Phase, datetime | None, tuple[int, ...]]:
    """Return the phase, when registration opens, and which categories are open: the page says each.

    The categories are read anew only when something was edited.
    """
    spec = spec_of(session, row)
    is_open = (one.id for one in spec.categories if is_open_between(one.opens_at, one.closes_at, now))
    return spec.phase, spec.opens_next_at, tuple(is_open)


def programmes_by_event(
    session: Session, event_ids: Sequence[int], locale: str
) -> dict[int, list[ProgrammeLink]]:
    """Return the programmes of each event, in one query however many there are."""
    found: dict[int, list[ProgrammeLink]] = {event_id: [] for event_id in event_ids}
    for row in session.execute(_PROGRAMMES, {"event_ids": list(event_ids)}):
        found[row.event_id].append(programme_link(row.Programme, locale))
    return found


def programme_link(programme: Programme, locale: str) -> ProgrammeLink:
    """Return *programme* as a reader of *locale* is led to it."""
    told = programme_words(programme, locale)
    return ProgrammeLink(programme.slug, told.title, told.locale)


def public_pages(session: Session) -> list[tuple[str, datetime | None]]:
    """Return the path of every page that is worth finding, with its last change where that is known."""
    found = (Event.status != EventStatus.DRAFT, Event.visibility == PUBLIC)
    events = select(Event.slug, Event.changed_at).where(*found).order_by(Event.starts_at.desc())
    programmes = (
        select(Programme.slug, func.max(Event.changed_at).label("changed_at"))
        .outerjoin(ProgrammeEvent, ProgrammeEvent.programme_id == Programme.id)
        .outerjoin(Event, and_(Event.id == ProgrammeEvent.event_id, *found))
        .group_by(Programme.id)
        .order_by(Programme.id)
    )
    organisers = (
        select(Organiser.slug, func.max(Event.changed_at).label("changed_at"))
        .outerjoin(Event, and_(Event.organiser_id == Organiser.id, *found))
        .group_by(Organiser.id)
        .order_by(Organiser.id)
    )
    pages: list[tuple[str, datetime | None]] = [("/", None)]
    for folder, query in (("events", events), ("programmes", programmes), ("organisers", organisers)):
        rows = session.execute(query.limit(_SITEMAP_MOST))
        pages += [(f"/{folder}/{row.slug}/", row.changed_at) for row in rows]
    return [*pages, ("/privacy", None), ("/accessibility", None)]
