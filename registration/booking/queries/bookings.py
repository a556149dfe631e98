"""Read bookings: what the person's page, her mails, her calendar and the organiser's lists show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, distinct, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from registration.accounts.models import Organiser
from registration.booking.calendar.entry import as_lines, own_entry
from registration.booking.calendar.registrations import CalendarRegistrations, calendar_registrations
from registration.booking.models import Attendee, Booking
from registration.core import clock
from registration.core.among import among
from registration.core.limits import max_per_address
from registration.core.transaction_cache import keep, kept, once
from registration.events.models import Category, Event, EventText
from registration.events.rules import EventStatus, Phase, keeps_promises, phase
from registration.events.summary import EventSummary, summary_of
from registration.events.wording import said
from registration.ical.entries import Entry
from registration.seating.obstacles import NeverFits, obstacles
from registration.seating.public_rules import while_waiting
from registration.seats import rules
from registration.seats.line import is_ahead
from registration.seats.models import Queue, Registration
from registration.seats.queries import LINE_POLICY


@dataclass(frozen=True)
class Companion:
    """One attendee as the booking's page shows her."""

    id: int
    name: str
    email: str
    firm: str
    category: str
    code: str
    is_removed: bool
    category_id: int | None = None
    sessions: tuple[str, ...] = ()
    checked_in_at: datetime | None = None


@dataclass(frozen=True)
class Seat(EventSummary):
    """A registration with all that a person is told about it."""

    registration_id: int
    booking_id: int
    contact: str
    contact_email: str
    unreachable_at: datetime | None
    line: rules.LinePolicy
    state: str
    size: int
    place: int
    part: int
    position: int | None
    offer_expires_at: datetime | None
    hold_expires_at: datetime | None
    receipt: str
    created_at: datetime
    changed_at: datetime
    attendees: tuple[Companion, ...]
    entry: Entry
    # Whether parts of it wait while others sit; a mail of all of them says neither.
    is_mixed: bool = False
    # Which limit is in the way while it waits, a sentence each.
    obstacles: tuple[str, ...] = ()
    # Whether seats are held for it now: an address that is not confirmed may hold none.
    is_seated: bool = False
    # How many wait for the event in all, and whether it takes only those who were invited.
    waiting: int = 0
    by_invitation: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    replaces_id: int | None = None
    # Whether somebody has shown that she reads the contact's mailbox.
    is_verified: bool = False

    @property
    def can_ever_fit(self) -> bool:
        """Whether there are as many seats as it needs, were nobody else there."""
        return not any(isinstance(one, NeverFits) for one in self.obstacles)

    @property
    def next_step(self) -> str:
        """What happens next while it waits; nothing, where it can never fit."""
        if not self.can_ever_fit:
            return ""
        return while_waiting(self.line, self.time_zone)

    @property
    def policy(self) -> str:
        """How the line is walked: first_fit or strict."""
        return self.line.policy

    @property
    def is_active(self) -> bool:
        return self.state not in rules.ENDED

    @property
    def joins_at(self) -> str:
        """The address of an online meeting, for those who have a seat; empty for everybody else."""
        has_seat = self.state == rules.CONFIRMED and not self.is_mixed
        return self.online_url if has_seat and self.event_status != EventStatus.CANCELLED else ""

    @property
    def may_change(self) -> bool:
        """Say whether anything of it can still be corrected, or given back: who was there keeps that."""
        return self.is_active and keeps_promises(self.event_status) and self.ends_at > clock.now()

    @property
    def may_come_back(self) -> bool:
        """Say whether there is still something to register for; who was turned down is not asked to try."""
        return (
            self.state != rules.REJECTED
            and self.event_status == EventStatus.PUBLISHED
            and self.ends_at > clock.now()
        )

    @property
    def may_move(self) -> bool:
        """Say whether it can be changed into something else: other seats, or another event."""
        return self.may_change and self.state in (rules.CONFIRMED, rules.WAITLISTED)

    @property
    def may_grow(self) -> bool:
        """Say whether one more person may come with it: only while the event takes registrations."""
        now_is = phase(
            self.event_status, self.opens_at, self.closes_at, self.starts_at, self.ends_at, clock.now()
        )
        return self.may_move and now_is is Phase.OPEN and not self.by_invitation

    @property
    def may_split(self) -> bool:
        """Say whether its people may wait each for itself."""
        return self.may_change and self.state == rules.WAITLISTED and self.size > 1

    @property
    def may_hand_on(self) -> bool:
        """Say whether somebody else can be asked to take a seat over."""
        return self.may_change and self.state == rules.CONFIRMED

    @property
    def present(self) -> list[Companion]:
        """The attendees who still come."""
        return [one for one in self.attendees if not one.is_removed]


# Made once: a mail costs less to write than these cost to put together.
_AHEAD = aliased(Registration)
_RANK = case(
    (
        Registration.state == rules.WAITLISTED,
        select(func.count())
        .where(
            _AHEAD.event_id == Registration.event_id,
            _AHEAD.state == rules.WAITLISTED,
            is_ahead(_AHEAD, Registration),
        )
        .correlate(Registration)
        .scalar_subquery(),
    )
).label("ahead")
_SEAT = (
    select(Registration, Booking, Event, Organiser, Queue.waiting, _RANK, *LINE_POLICY)
    .join(Booking, Booking.id == Registration.booking_id)
    .join(Event, Event.id == Registration.event_id)
    .join(Organiser, Organiser.id == Event.organiser_id)
    .join(Queue, Queue.event_id == Event.id)
    .order_by(Event.starts_at, Registration.id)
)
_SEATS = _SEAT.options(selectinload(Event.texts))
_PEOPLE = (
    select(
        Attendee.id,
        Attendee.registration_id,
        Attendee.name,
        Attendee.email,
        Attendee.firm,
        Attendee.code,
        Attendee.removed_at,
        Attendee.checked_in_at,
        Attendee.category_id,
        Category.name.label("category"),
        Category.translations,
    )
    .outerjoin(Category, Category.id == Attendee.category_id)
    .where(among(Attendee.registration_id, "ids"))
    .order_by(Attendee.registration_id, Attendee.rank)
)


def seat(session: Session, registration_id: int, locale: str) -> Seat:
    """Return one registration for a reader of *locale*."""
    row = kept(
        session,
        ("seat", registration_id),
        lambda: session.execute(_SEAT.where(Registration.id == registration_id)).one(),
    )
    # Held as long as the snapshot, so that the mail's other parts, and the next mail, find them read.
    once(session, ("event", row.Event.id), lambda: row.Event)
    once(session, ("booking", row.Booking.id), lambda: row.Booking)
    return _told(session, [row], locale)[0]


def read_ahead(session: Session, registration_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Read at once what `seat` reads for each of these registrations, and return it."""
    rows = session.execute(_SEATS.where(among(Registration.id, registration_ids))).all()
    for row in rows:
        keep(session, ("seat", row.Registration.id), row)
    people: dict[int, list[Any]] = {one: [] for one in registration_ids}
    for person in session.execute(_PEOPLE, {"ids": list(registration_ids)}):
        people[person.registration_id].append(person)
    for registration_id, rows_of_one in people.items():
        keep(session, ("people", (registration_id,)), rows_of_one)
    for locale in {row.Booking.locale for row in rows}:
        waiting = [
            row.Registration.id
            for row in rows
            if row.Booking.locale == locale and row.Registration.state == rules.WAITLISTED
        ]
        found = obstacles(session, waiting, locale)
        for one in waiting:
            keep(session, ("obstacles", (one,), locale), {one: found.get(one, [])})
    return rows


def seats_of(session: Session, booking_id: int, locale: str) -> list[Seat]:
    """Return the registrations of a booking, in the order of their events."""
    return seats_where(session, Registration.booking_id == booking_id, locale)


def booking(session: Session, booking_id: int) -> Booking | None:
    return session.get(Booking, booking_id)


def is_registered(session: Session, email_normal: str, event_id: int) -> bool:
    """Say whether an address holds or waits for a seat of an event."""
    query = (
        select(Registration.id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(
            Booking.email_normal == email_normal,
            Registration.event_id == event_id,
            Registration.state.not_in(rules.ENDED),
        )
    )
    return session.scalar(query.limit(1)) is not None


def has_enough(session: Session, email_normal: str, event_id: int, besides: int | None = None) -> bool:
    """Say whether an address has as many bookings of an event as MAX_PER_ADDRESS lets it have.

    *besides* is a booking that does not count, since it is the one that would have the address.
    """
    query = (
        select(func.count(distinct(Registration.booking_id)))
        .join(Booking, Booking.id == Registration.booking_id)
        .where(
            Booking.email_normal == email_normal,
            Registration.event_id == event_id,
            Registration.state.not_in(rules.ENDED),
            Registration.booking_id != (besides or 0),
        )
    )
    return session.scalars(query).one() >= max_per_address()


def is_waiting(session: Session, booking_id: int) -> bool:
    """Say whether a booking waits for a seat, in one event at least."""
    query = select(Registration.id).where(
        Registration.booking_id == booking_id, Registration.state == rules.WAITLISTED
    )
    return session.scalar(query.limit(1)) is not None


def title_of(session: Session, event_id: int) -> str:
    """Return an event's title in its own language."""
    query = (
        select(EventText.title)
        .join(Event, Event.id == EventText.event_id)
        .where(Event.id == event_id)
        .order_by((EventText.locale != Event.locale), EventText.locale)
    )
    return session.scalar(query.limit(1)) or ""


def seats_where(session: Session, condition: Any, locale: str) -> list[Seat]:
    """Return the registrations that *condition* selects, in the order of their events."""
    return _told(session, session.execute(_SEATS.where(condition)).all(), locale)


def _told(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], locale: str) -> list[Seat]:
    zones = {row.Registration.id: row.Event.time_zone for row in rows}
    registered = calendar_registrations(
        session, {row.Booking.email_normal for row in rows}, {row.Event.id for row in rows}
    )
    companions = _companions(session, zones, registered, locale)
    waiting = tuple(row.Registration.id for row in rows if row.Registration.state == rules.WAITLISTED)
    key = ("obstacles", waiting, locale)
    in_the_way = kept(session, key, lambda: obstacles(session, waiting, locale))
    return [
        _seat(
            session,
            row,
            locale,
            companions[row.Registration.id],
            own_entry(row.Event, locale, registered, row.Booking.email_normal, row.Booking.id),
            tuple(in_the_way.get(row.Registration.id, ())),
        )
        for row in rows
    ]


def _seat(
    session: Session,
    row: Row[*tuple[Any, ...]],
    locale: str,
    companions: Sequence[Companion],
    entry: Entry,
    in_the_way: tuple[str, ...],
) -> Seat:
    registration, booked, event, organiser = row.Registration, row.Booking, row.Event, row.Organiser
    rank = None if row.ahead is None else row.ahead + 1
    return Seat(
        **summary_of(event, organiser, locale),
        registration_id=registration.id,
        booking_id=booked.id,
        contact=booked.name,
        contact_email=booked.email,
        unreachable_at=booked.unreachable_at,
        line=rules.LinePolicy(*(row._mapping[column.name] for column in LINE_POLICY)),
        state=registration.state,
        size=registration.size,
        place=registration.place,
        part=registration.part,
        position=rank,
        offer_expires_at=registration.offer_expires_at,
        hold_expires_at=registration.hold_expires_at,
        receipt=registration.receipt,
        created_at=registration.created_at,
        changed_at=registration.changed_at,
        attendees=tuple(companions),
        entry=entry,
        obstacles=in_the_way,
        waiting=row.waiting,
        by_invitation=event.by_invitation,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        replaces_id=registration.replaces_id,
        is_verified=booked.verified_at is not None,
        is_seated=registration.state in rules.HOLDING and registration.seated_step is not None,
    )


def _companions(
    session: Session, zones: Mapping[int, str], registered: CalendarRegistrations, locale: str
) -> dict[int, list[Companion]]:
    """Return who comes with which registration; *zones* are those of their events."""
    found: dict[int, list[Companion]] = {one: [] for one in zones}
    ids = tuple(zones)
    for one in kept(session, ("people", ids), lambda: session.execute(_PEOPLE, {"ids": ids}).all()):
        found[one.registration_id].append(
            Companion(
                one.id,
                one.name,
                one.email,
                one.firm,
                said(one.category, one.translations or {}, "name", locale) or "",
                one.code,
                one.removed_at is not None,
                one.category_id,
                as_lines(registered.picked.get(one.id, ()), zones[one.registration_id], locale),
                one.checked_in_at,
            )
        )
    return found
