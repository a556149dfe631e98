"""What a registration form asks, as plain values that a process keeps until the event is edited."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registration.accounts.models import Organiser
from registration.core import clock
from registration.core.among import among
from registration.core.database import single_reads, table
from registration.core.read_cache import recent
from registration.events.asking import ATTENDEE
from registration.events.models import (
    Category,
    Event,
    EventSession,
    EventText,
    Programme,
    ProgrammeEvent,
    Question,
)
from registration.events.rules import DRAFT, Phase, phase, phase_and_opening
from registration.events.summary import EventFacts, facts_of


@dataclass(frozen=True, kw_only=True)
class Worded:
    """What may have words in several languages; *own_locale* is that of its own."""

    own_locale: str
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CategoryChoice(Worded):
    id: int
    name: str
    hint: str
    priority: int
    opens_at: datetime | None
    closes_at: datetime | None
    access_code: str = ""


@dataclass(frozen=True)
class SessionChoice(Worded):
    id: int
    name: str
    hint: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class QuestionField(Worded):
    id: int
    kind: str
    label: str
    hint: str
    choices: tuple[str, ...]
    choice_ids: tuple[str, ...]
    is_required: bool
    is_sensitive: bool
    scope: str = ATTENDEE
    category_ids: tuple[int, ...] = ()
    when_question_id: int | None = None
    when_answer: str = ""
    purpose: str = ""
    retention: str = ""


@dataclass(frozen=True)
class FormSpec(EventFacts):
    """One event's form. Two of the same event and revision are equal."""

    revision: int
    titles: tuple[tuple[str, str], ...]
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    has_waitlist: bool
    shows_seats: bool
    categories: tuple[CategoryChoice, ...]
    questions: tuple[QuestionField, ...]
    sessions: tuple[SessionChoice, ...] = ()
    by_invitation: bool = False
    access_code: str = ""
    # Where it can only be had with another event: the slug of their programme, and that one's title.
    only_with: tuple[str, str] | None = None

    def __hash__(self) -> int:
        return hash((self.event_id, self.revision))

    @property
    def phase(self) -> Phase:
        return self._phase_and_opening[0]

    @property
    def opens_next_at(self) -> datetime | None:
        """When registration opens for the first that may register: with the event or with a category."""
        return self._phase_and_opening[1]

    @property
    def _phase_and_opening(self) -> tuple[Phase, datetime | None]:
        at = clock.now()
        own = phase(self.status, self.opens_at, self.closes_at, self.starts_at, self.ends_at, at)
        windows = [(one.opens_at, one.closes_at) for one in self.categories]
        return phase_and_opening(own, self.opens_at, windows, self.closes_at or self.starts_at, at)

    @property
    def locale(self) -> str:
        """The event's own language."""
        return self.titles[0][0]

    @property
    def asks_code(self) -> bool:
        """Say whether somebody may need an access code here."""
        return bool(self.access_code or any(one.access_code for one in self.categories))

    def title(self, locale: str) -> tuple[str, str]:
        """Return the title for a reader of *locale*, and the language it is in."""
        titles = dict(self.titles)
        language = locale if locale in titles else next(iter(titles))
        return titles[language], language


_event = table(Event).c
_REVISION = select(_event.id, _event.uid, _event.slug, _event.revision).where(
    _event.slug == bindparam("slug")
)
_MOST = 256
# By the event's UID, which no other event of any database has.
_kept: OrderedDict[str, FormSpec] = OrderedDict()


def form_spec(session: Session, slug: str) -> FormSpec | None:
    """Return the form of the event at *slug*, or None; one small query while nothing was edited."""
    spec = form_of_registered(session, slug)
    return None if spec is None or spec.status == DRAFT else spec


def form_of_registered(session: Session, slug: str) -> FormSpec | None:
    """Return the form of an event, a draft's too: who is registered keeps her pages in every state."""
    row = recent(("form", slug), lambda: _revision(slug))
    return None if row is None else spec_of(session, row)


def spec_of(session: Session, row: Any) -> FormSpec:
    """Return the form of the event of *row* (id, uid, slug, revision), kept while nothing was edited."""
    known = _kept.get(row.uid)
    if known is not None and known.revision == row.revision and known.slug == row.slug:
        return known
    spec = _loaded(session, row.id)
    _kept[row.uid] = spec
    if len(_kept) > _MOST:
        _kept.popitem(last=False)
    return spec


def with_sessions(session: Session, spec: FormSpec, session_ids: Collection[int]) -> FormSpec:
    """Return *spec* with these sessions too: who picked one keeps it, though it is no longer offered."""
    more = set(session_ids) - {one.id for one in spec.sessions}
    if not more:
        return spec
    query = select(EventSession).where(among(EventSession.id, more), EventSession.event_id == spec.event_id)
    kept = [_session(one, spec.locale) for one in session.scalars(query.order_by(EventSession.id))]
    every = sorted((*spec.sessions, *kept), key=lambda one: one.starts_at)
    return replace(spec, sessions=tuple(every))


def _revision(slug: str) -> Any:
    with single_reads().connect() as connection:
        return connection.execute(_REVISION, {"slug": slug}).one_or_none()


def _loaded(session: Session, event_id: int) -> FormSpec:
    event, organiser = session.execute(
        select(Event, Organiser).join(Organiser).where(Event.id == event_id)
    ).one()
    titles = session.execute(
        select(EventText.locale, EventText.title).where(EventText.event_id == event_id)
    ).all()
    categories = session.scalars(
        select(Category).where(Category.event_id == event_id).order_by(Category.rank, Category.id)
    )
    questions = session.scalars(
        select(Question)
        .where(Question.event_id == event_id, Question.archived_at.is_(None))
        .order_by(Question.rank, Question.id)
    )
    sessions = session.scalars(
        select(EventSession)
        .where(EventSession.event_id == event_id, EventSession.is_offered)
        .order_by(EventSession.starts_at, EventSession.rank, EventSession.id)
    )
    own = event.locale
    return FormSpec(
        **facts_of(event, organiser),
        revision=event.revision,
        # The event's own language first: it is what a reader of any other gets.
        titles=tuple(
            sorted(((row.locale, row.title) for row in titles), key=lambda pair: pair[0] != event.locale)
        ),
        status=event.status,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        has_waitlist=event.has_waitlist,
        by_invitation=event.by_invitation,
        access_code=event.access_code,
        shows_seats=event.shows_seats,
        categories=tuple(_category(one, own) for one in categories),
        questions=tuple(_question(one, own) for one in questions),
        only_with=_only_with(session, event_id),
        sessions=tuple(_session(one, own) for one in sessions),
    )


def _only_with(session: Session, event_id: int) -> tuple[str, str] | None:
    row = session.execute(
        select(Programme.slug, EventText.title)
        .join(ProgrammeEvent, ProgrammeEvent.programme_id == Programme.id)
        .join(Event, Event.id == ProgrammeEvent.requires_event_id)
        .join(EventText, (EventText.event_id == Event.id) & (EventText.locale == Event.locale))
        .where(ProgrammeEvent.event_id == event_id)
        .order_by(Programme.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.slug, row.title)


def _category(one: Category, own_locale: str) -> CategoryChoice:
    return CategoryChoice(
        one.id,
        one.name,
        one.hint,
        one.priority,
        one.opens_at,
        one.closes_at,
        one.access_code,
        own_locale=own_locale,
        translations=one.translations,
    )


def _session(one: EventSession, own_locale: str) -> SessionChoice:
    return SessionChoice(
        one.id,
        one.name,
        one.hint,
        one.starts_at,
        one.ends_at,
        own_locale=own_locale,
        translations=one.translations,
    )


def _question(one: Question, own_locale: str) -> QuestionField:
    return QuestionField(
        id=one.id,
        kind=one.kind,
        label=one.label,
        hint=one.hint,
        choices=tuple(one.choices),
        choice_ids=tuple(one.choice_ids),
        is_required=one.is_required,
        is_sensitive=one.is_sensitive,
        scope=one.scope,
        category_ids=tuple(one.category_ids),
        when_question_id=one.when_question_id,
        when_answer=one.when_answer,
        purpose=one.purpose,
        retention=one.retention,
        own_locale=own_locale,
        translations=one.translations,
    )
