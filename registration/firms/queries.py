"""Read the people of one firm at an organiser's coming events, and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from registration.accounts.models import Organiser
from registration.booking.models import Attendee, Handover
from registration.core import clock
from registration.core.among import among
from registration.core.firm_names import firm_name_key
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES, location, phase_of, upcoming, words
from registration.events.rules import Phase
from registration.firms.models import Coordinator
from registration.seats import rules
from registration.seats.models import Pool, Queue, Registration
from registration.seats.rules import PoolKind


@dataclass(frozen=True)
class FirmPerson:
    """One attendee of the firm, with what may be done about her."""

    attendee_id: int
    registration_id: int
    event_id: int
    name: str
    email: str
    state: str
    handover: Handover | None

    @property
    def may_hand_on(self) -> bool:
        return self.state == rules.CONFIRMED


@dataclass
class FirmEvent:
    """One coming event with the firm's people. *limit* is the most that it may have."""

    event: Event
    title: str
    title_locale: str
    location: str
    is_open: bool
    limit: int | None = None
    people: list[FirmPerson] = field(default_factory=list)

    @property
    def seated(self) -> int:
        return sum(one.state in rules.HOLDING for one in self.people)

    @property
    def waiting(self) -> int:
        return len(self.people) - self.seated

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.seated)


def coordinator(session: Session, coordinator_id: int) -> Coordinator | None:
    return session.get(Coordinator, coordinator_id)


def coordinators(session: Session, organiser_id: int) -> Sequence[Coordinator]:
    """Return who looks after which firm, by firm."""
    query = select(Coordinator).where(Coordinator.organiser_id == organiser_id)
    return session.scalars(query.order_by(Coordinator.firm_folded, Coordinator.name, Coordinator.id)).all()


def organiser_of(session: Session, one: Coordinator) -> Organiser:
    return session.get_one(Organiser, one.organiser_id)


def firm_events(session: Session, one: Coordinator, locale: str) -> list[FirmEvent]:
    """Return the organiser's coming events that have people of the firm or take registrations."""
    people = firm_people(session, one)
    ids = {person.event_id for person in people}
    coming = {event.id: event for event in upcoming(session, one.organiser_id)}
    # What is not listed for everybody is shown to whoever has people there.
    others = (
        select(Event)
        .where(among(Event.id, ids - set(coming)))
        .options(selectinload(Event.texts), selectinload(Event.categories))
    )
    coming |= {event.id: event for event in session.scalars(others)}
    limits = _limits(session, one, list(coming))
    found: dict[int, FirmEvent] = {}
    for event in sorted(coming.values(), key=lambda event: (event.starts_at, event.id)):
        is_open = phase_of(event) is Phase.OPEN and not event.by_invitation
        if is_open or event.id in ids:
            told = words(event, locale)
            found[event.id] = FirmEvent(
                event, told.title, told.locale, location(event), is_open, limits.get(event.id)
            )
    for person in people:
        found[person.event_id].people.append(person)
    return list(found.values())


def firm_people(session: Session, one: Coordinator) -> list[FirmPerson]:
    """Return the firm's people who hold or wait at coming events, by event and name."""
    is_coming = (
        Event.organiser_id == one.organiser_id,
        KEEPS_PROMISES,
        Event.ends_at > clock.now(),
        Registration.state.not_in(rules.ENDED),
        Attendee.removed_at.is_(None),
    )
    rows = session.execute(
        select(Attendee, Registration.event_id, Registration.state, Handover)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Handover, (Handover.attendee_id == Attendee.id) & (Handover.state == "open"))
        .where(*is_coming, among(Attendee.firm, _spellings(session, one, is_coming)))
        .order_by(Event.starts_at, Attendee.searchable, Attendee.id)
    ).all()
    return [
        FirmPerson(
            attendee_id=row.Attendee.id,
            registration_id=row.Attendee.registration_id,
            event_id=row.event_id,
            name=row.Attendee.name,
            email=row.Attendee.email,
            state=row.state,
            handover=row.Handover,
        )
        for row in rows
    ]


def _spellings(session: Session, one: Coordinator, is_coming: Sequence[ColumnElement[bool]]) -> list[str]:
    """Return how the firm is written by those who come: no database folds names as we do."""
    written = (
        select(Attendee.firm)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(*is_coming, Attendee.firm != "")
        .distinct()
    )
    return [firm for firm in session.scalars(written) if firm_name_key(firm) == one.firm_folded]


def was_of_firm(session: Session, one: Coordinator, attendee_id: int) -> bool:
    """Say whether somebody is of the firm at an event of the organiser, though she may not come any more."""
    firm = session.scalar(
        select(Attendee.firm)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Attendee.id == attendee_id, Event.organiser_id == one.organiser_id)
    )
    return firm is not None and firm_name_key(firm) == one.firm_folded


def _limits(session: Session, one: Coordinator, event_ids: Sequence[int]) -> dict[int, int]:
    """Return how many of the firm each event lets in, where it tells firms apart by their names."""
    by_name = Queue.firm_cap_by == rules.BY_NAME
    caps = select(Queue.event_id, Queue.firm_cap).where(
        among(Queue.event_id, event_ids), Queue.firm_cap.is_not(None), by_name
    )
    own = (
        select(Pool.event_id, Pool.wanted)
        .join(Queue, Queue.event_id == Pool.event_id)
        .where(
            among(Pool.event_id, event_ids), Pool.kind == PoolKind.FIRM, Pool.key == one.firm_folded, by_name
        )
    )
    limits = {row.event_id: row.firm_cap for row in session.execute(caps)}
    return limits | {row.event_id: row.wanted for row in session.execute(own)}
