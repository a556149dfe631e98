"""Programmes: linked events, created and changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from registration.core import clock, optimistic_lock
from registration.core.locking import locked_all, locked_one
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.models import Event, Programme, ProgrammeEvent
from registration.events.programme_links import links_of
from registration.events.rules import circle
from registration.events.wording import translate
from registration.journal.services import Actor, Note, record


@dataclass(frozen=True)
class Link:
    """An event of a programme, in its place. *requires* is the event it can only be had with."""

    event_id: int
    requires: int | None = None


@dataclass(frozen=True)
class ProgrammeFacts:
    """A programme: its words and its events in their order."""

    title: str
    summary: str
    description: str
    locale: str
    links: Sequence[Link]


def candidates(session: Session, organiser_id: int, programme_id: int | None) -> Sequence[Event]:
    """Return the events that a programme of an organiser may hold: what is not over, and what it holds."""
    inside = select(ProgrammeEvent.event_id).where(ProgrammeEvent.programme_id == programme_id)
    query = (
        select(Event)
        .where(
            Event.organiser_id == organiser_id,
            (Event.ends_at > clock.now()) | Event.id.in_(inside),
        )
        .options(selectinload(Event.texts))
        .order_by(Event.starts_at, Event.id)
    )
    return session.scalars(query.limit(100)).all()


def stored(session: Session, programme: Programme) -> dict[str, object]:
    """Return what is stored of *programme*, by the names of its form."""
    links = [Link(one.event_id, one.requires_event_id) for one in links_of(session, programme.id)]
    return _named(
        ProgrammeFacts(programme.title, programme.summary, programme.description, programme.locale, links)
    )


def create(organiser_id: int, facts: ProgrammeFacts, actor: Actor) -> str:
    """Link events of an organiser and return the programme's slug. Raises Refusal."""

    def work(session: Session) -> str:
        programme = events.create_programme(
            session, organiser_id, facts.title, facts.summary, facts.description, []
        )
        programme.locale = facts.locale
        _link(session, programme, facts.links)
        # Its address is longer than what the journal keeps of a state.
        told = {"programme": programme.id, "slug": programme.slug}
        record(session, actor, Note("created-programme", organiser_id=organiser_id, facts=told))
        return programme.slug

    return write_tx(work)


def change(programme_id: int, facts: ProgrammeFacts, actor: Actor, seen: str = "") -> None:
    """Change the words and events of a programme; *seen* are the marks of the form.

    Raises Refusal, ChangedMeanwhile.
    """

    def work(session: Session) -> None:
        programme = locked_one(session, Programme, programme_id)
        optimistic_lock.check(seen, stored(session, programme), _named(facts))
        programme.title, programme.summary = facts.title, facts.summary
        programme.description, programme.locale = facts.description, facts.locale
        # Its own words stand for their language: a translation into it would hide them.
        translate(session, programme, facts.locale, {})
        _link(session, programme, facts.links)
        told = {"programme": programme.id, "slug": programme.slug}
        note = Note("changed-programme", organiser_id=programme.organiser_id, facts=told)
        record(session, actor, note)

    write_tx(work)


def _named(facts: ProgrammeFacts) -> dict[str, object]:
    own = {name: getattr(facts, name) for name in ("title", "summary", "description", "locale")}
    return own | {"events": list(facts.links)}


def _link(session: Session, programme: Programme, links: Sequence[Link]) -> None:
    before = [one.event_id for one in links_of(session, programme.id)]
    ids = [one.event_id for one in links]
    # Of two programmes that would make a circle between them, the second sees the first one.
    found = locked_all(session, Event, {*ids, *before})
    rows = [one for one in found if one.organiser_id == programme.organiser_id]
    if not {row.id for row in rows}.issuperset(ids):
        raise Refusal(_("Choose among your own events."))
    _check(session, programme.id, links)
    session.execute(delete(ProgrammeEvent).where(ProgrammeEvent.programme_id == programme.id))
    for rank, one in enumerate(links):
        session.add(
            ProgrammeEvent(
                programme_id=programme.id, event_id=one.event_id, rank=rank, requires_event_id=one.requires
            )
        )
    for row in rows:
        events.touch(row)
    session.flush()


def _check(session: Session, programme_id: int, links: Sequence[Link]) -> None:
    """Raise Refusal where an event asks for itself in a circle, for one outside, or for two."""
    ids = {one.event_id for one in links}
    wanted = {one.event_id: one.requires for one in links if one.requires is not None}
    if not ids.issuperset(wanted.values()):
        raise Refusal(_("An event can only ask for another one of the same programme. Add that one too."))
    elsewhere = session.execute(
        select(ProgrammeEvent.event_id, ProgrammeEvent.requires_event_id).where(
            ProgrammeEvent.programme_id != programme_id, ProgrammeEvent.requires_event_id.is_not(None)
        )
    )
    known = {row.event_id: row.requires_event_id for row in elsewhere}
    if any(known.get(event_id, other) != other for event_id, other in wanted.items()):
        raise Refusal(
            _(
                "An event of yours asks for another one already, in a different programme. "
                "It can ask for one only."
            )
        )
    if circle(known | wanted):
        raise Refusal(_("These events ask for each other in a circle, so nobody could come. Leave one out."))
