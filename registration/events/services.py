"""Create and change events, programmes and what belongs to them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from registration.core import clock
from registration.core.refusal import Refusal
from registration.core.text import SLUG_LENGTH, slugged
from registration.events import asking, calendar_marks
from registration.events.asking import ATTENDEE
from registration.events.models import (
    Category,
    Event,
    EventText,
    Material,
    Programme,
    ProgrammeEvent,
    Question,
)
from registration.events.rules import moves_calendar

# The longest number that is looked for behind a slug: more events of one name there are not.
_NUMBER = "-99999"


@dataclass(frozen=True)
class Facts:
    """What is true of an event beside its words: when, where, how people register."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    all_day: bool = False
    venue: str = ""
    street: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    online_url: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    shows_seats: bool = True
    has_waitlist: bool = True
    locale: str = "en"
    status: str = "published"


@dataclass(frozen=True)
class Text:
    """The words of an event in one language."""

    locale: str
    title: str
    summary: str = ""
    description: str = ""


@dataclass(frozen=True)
class CategoryFacts:
    """A kind of attendee."""

    name: str
    hint: str = ""
    priority: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True)
class QuestionFacts:
    """Something asked of each attendee, or once of the contact."""

    label: str
    kind: str = "text"
    hint: str = ""
    choices: Sequence[str] = field(default_factory=tuple)
    is_required: bool = False
    is_sensitive: bool = False
    scope: str = ATTENDEE
    category_ids: Sequence[int] = field(default_factory=tuple)
    when_question_id: int | None = None
    when_answer: str = ""
    purpose: str = ""
    retention: str = ""


def create_event(
    session: Session,
    organiser_id: int,
    facts: Facts,
    texts: Sequence[Text],
    uid_host: str,
    slug: str = "",
) -> Event:
    """Add an event; its address comes of its first title unless *slug* is given."""
    check_facts(facts)
    at = clock.now()
    event = Event(
        organiser_id=organiser_id,
        slug=free_slug(session, slug or slugged(texts[0].title)),
        uid=f"event-{secrets.token_hex(16)}@{uid_host}",
        changed_at=at,
        calendar_changed_at=at,
        seat_changed_at=at,
        created_at=at,
        **asdict(facts),
    )
    session.add(event)
    session.flush()
    for text in texts:
        session.add(EventText(event_id=event.id, **asdict(text)))
    session.flush()
    event.calendar_mark, event.seat_mark = calendar_marks.marks(session, event)
    session.flush()
    return event


def change_event(session: Session, event: Event, facts: Facts, text: Text) -> bool:
    """Change *event* and its words in one language; return whether calendars must take it as moved."""
    check_facts(facts)
    before = {name: getattr(event, name) for name in asdict(facts)}
    after: dict[str, Any] = asdict(facts)
    is_moved = moves_calendar(before, after)
    for name, value in after.items():
        setattr(event, name, value)
    put_text(session, event, text)
    touch(event, is_moved=is_moved)
    session.flush()
    return is_moved


def put_text(session: Session, event: Event, text: Text) -> None:
    """Keep the words of *event* in one language, new or changed."""
    words = session.scalar(
        select(EventText).where(EventText.event_id == event.id, EventText.locale == text.locale)
    )
    if words is None:
        session.add(EventText(event_id=event.id, **asdict(text)))
        return
    for name, value in asdict(text).items():
        setattr(words, name, value)


def put_calendar_note(session: Session, event: Event, locale: str, note: str) -> None:
    """Keep what calendars say to those who have a seat and read *locale*, which the event has words in."""
    session.execute(
        update(EventText)
        .where(EventText.event_id == event.id, EventText.locale == locale)
        .values(calendar_note=note)
    )


def forget_calendar_notes(session: Session, event: Event) -> None:
    """Delete what calendars say in other languages, where the event itself says nothing in them any more."""
    session.execute(update(EventText).where(EventText.event_id == event.id).values(calendar_note=""))


def touch(event: Event, *, is_moved: bool = False, moves_seats: bool = False) -> None:
    """Note that something shown of *event* changed, so that pages follow, and the calendars that show it.

    Call it after the change. *moves_seats* says that the entries of those registered show it in any case.
    """
    event.revision += 1
    event.changed_at = _later(event.changed_at)
    if is_moved:
        event.sequence += 1
    session = object_session(event)
    assert session is not None
    session.flush()
    public, seats = calendar_marks.marks(session, event)
    if public != event.calendar_mark:
        event.calendar_mark, event.calendar_changed_at = public, _later(event.public_changed_at)
        event.calendar_revision += 1
    if seats != event.seat_mark or moves_seats:
        event.seat_mark, event.seat_changed_at = seats, _later(event.own_changed_at)
        event.seat_revision += 1


def _later(at: datetime) -> datetime:
    # By a second at least: calendars know no smaller step, and ICSx5 takes an entry that is not newer
    # for one that did not change.
    return max(clock.now(), at + timedelta(seconds=1))


def add_category(session: Session, event: Event, facts: CategoryFacts, rank: int) -> Category:
    """Add a kind of attendee to *event*."""
    category = Category(event_id=event.id, rank=rank, **asdict(facts))
    session.add(category)
    session.flush()
    return category


def add_question(session: Session, event: Event, facts: QuestionFacts, rank: int) -> Question:
    """Add a question to the form of *event*."""
    values = asdict(facts) | {"choices": list(facts.choices), "category_ids": list(facts.category_ids)}
    ids = asking.new_choice_ids((), values["choices"])
    question = Question(event_id=event.id, rank=rank, choice_ids=ids, **values)
    session.add(question)
    session.flush()
    return question


def add_material(session: Session, event: Event, title: str, url: str, locale: str, rank: int) -> None:
    """Publish a presentation or paper of *event*."""
    session.add(Material(event_id=event.id, title=title, url=url, locale=locale, rank=rank))
    session.flush()


def create_programme(
    session: Session,
    organiser_id: int,
    title: str,
    summary: str,
    description: str,
    events: Sequence[Event],
    requires: Mapping[int, int] | None = None,
) -> Programme:
    """Link *events*, in their order, on one page; *requires* says which can only be had with which."""
    programme = Programme(
        organiser_id=organiser_id,
        slug=free_slug(session, slugged(title)),
        title=title,
        summary=summary,
        description=description,
        created_at=clock.now(),
    )
    session.add(programme)
    session.flush()
    for rank, event in enumerate(events):
        other = (requires or {}).get(event.id)
        session.add(
            ProgrammeEvent(programme_id=programme.id, event_id=event.id, rank=rank, requires_event_id=other)
        )
        touch(event)
    session.flush()
    return programme


def check_facts(facts: Facts) -> None:
    """Raise Refusal at the field that cannot be as it is."""
    if facts.ends_at <= facts.starts_at:
        raise Refusal(_("The end must come after the start."), field="ends_at")
    if facts.opens_at and facts.closes_at and facts.closes_at <= facts.opens_at:
        raise Refusal(_("Registration must close after it opens."), field="closes_at")
    if facts.opens_at and facts.opens_at >= facts.ends_at:
        raise Refusal(_("Registration must open before the event is over."), field="opens_at")
    if facts.closes_at and facts.closes_at > facts.ends_at:
        raise Refusal(_("Registration must close before the event is over."), field="closes_at")


def free_slug(session: Session, wanted: str) -> str:
    """Return *wanted*, with a number behind it when another event or programme has that address.

    With its number it is no longer than a slug may be. Two who take the same at once meet the unique
    constraint; write_tx lets the second one look again.
    """
    begins = wanted[: SLUG_LENGTH - len(_NUMBER)].rstrip("-")
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(begins))))
    taken |= set(session.scalars(select(Programme.slug).where(Programme.slug.startswith(begins))))
    slug, number = wanted, 2
    while slug in taken:
        tail = f"-{number}"
        slug, number = wanted[: SLUG_LENGTH - len(tail)].rstrip("-") + tail, number + 1
    return slug
