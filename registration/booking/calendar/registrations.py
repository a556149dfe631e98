"""What addresses have registered, as far as a calendar shows it, and the sessions they picked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, AttendeeSession, Booking, Handover
from registration.core.among import among
from registration.core.transaction_cache import keep, once
from registration.events.models import Event, EventSession
from registration.events.rules import EventStatus
from registration.events.wording import said
from registration.journal.queries import called_off, reasons_given
from registration.seating.obstacles import limits_of
from registration.seats import rules
from registration.seats.models import Registration

Key = tuple[str, int]


@dataclass(frozen=True)
class CalendarRegistration:
    """A registration, as far as a calendar shows it."""

    registration_id: int
    booking_id: int
    state: str
    sequence: int
    changed_at: datetime
    is_handed_on: bool = False
    # Until when a seat is held that is offered.
    accept_until: datetime | None = None


@dataclass(frozen=True)
class Chosen:
    """A session that somebody of the party picked."""

    id: int
    name: str
    hint: str
    starts_at: datetime
    ends_at: datetime
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)

    def name_in(self, locale: str) -> str:
        return str(said(self.name, self.translations, "name", locale))

    def hint_in(self, locale: str) -> str:
        return str(said(self.hint, self.translations, "hint", locale))


@dataclass(frozen=True)
class SessionDisplay:
    """How sessions stand in a calendar; *turned* is how often that was changed."""

    turned: int = 0

    @property
    def is_apart(self) -> bool:
        """Say whether each is an entry of its own, and not a line in the text of its event."""
        return self.turned % 2 == 1


@dataclass(frozen=True)
class CalendarRegistrations:
    """All that addresses have registered at some events, the sessions they picked, how these are shown."""

    by_key: Mapping[Key, Sequence[CalendarRegistration]]
    sessions: Mapping[int, Sequence[Chosen]]
    display: SessionDisplay = SessionDisplay()
    # The same, by who picked them.
    picked: Mapping[int, Sequence[Chosen]] = field(default_factory=dict)
    # Which limits, beside the event's own, hold for those who wait, by registration.
    limits: Mapping[int, Sequence[str]] = field(default_factory=dict)
    # Why events were called off, and why the organiser ended registrations, where a reason was given.
    called_off: Mapping[int, str] = field(default_factory=dict)
    endings: Mapping[int, str] = field(default_factory=dict)

    def is_seated(self, email: str, event_id: int, booking_id: int | None) -> bool:
        """Say whether an address has a seat, be its event called off or not."""
        return best(self.shown(email, event_id, booking_id)) == rules.CONFIRMED

    def shown(self, email: str, event_id: int, booking_id: int | None) -> list[CalendarRegistration]:
        """Return what counts in the calendar of an address, or with *booking_id* of that booking alone."""
        every = self.by_key.get((email, event_id), ())
        if booking_id is not None:
            return [one for one in every if one.booking_id == booking_id]
        # An address that nobody has confirmed has registered nothing.
        return [one for one in every if one.state != rules.UNVERIFIED]

    def chosen_in(self, registered: Iterable[CalendarRegistration]) -> list[Chosen]:
        """Return the sessions that were picked with *registered*, in their order."""
        every = {one for made in registered for one in self.picked_in(made)}
        return sorted(every, key=lambda one: (one.starts_at, one.name))

    def picked_in(self, made: CalendarRegistration) -> Sequence[Chosen]:
        """Return the sessions of one registration. What was handed on is somebody else's choice by now."""
        return () if made.is_handed_on else self.sessions.get(made.registration_id, ())


def calendar_registrations(
    session: Session, emails: Iterable[str], event_ids: Iterable[int]
) -> CalendarRegistrations:
    """Return every registration of *emails*, in their normal form, on *event_ids*."""
    asked = tuple(sorted(set(emails))), tuple(sorted(set(event_ids)))
    return once(session, ("registrations", asked), lambda: _read_registrations(session, *asked))


def with_own_seat(
    session: Session, email: str, registration_id: int, attendee_id: int, *, is_hers: bool
) -> CalendarRegistrations:
    """Return what *email* registered together with a seat of a registration that somebody else made.

    A seat that is hers no longer counts as cancelled, a step of the calendar's sequence later.
    """
    registration = session.get_one(Registration, registration_id)
    every = calendar_registrations(session, [email], [registration.event_id])
    state = registration.state if is_hers else rules.CANCELLED
    made = CalendarRegistration(
        registration_id,
        registration.booking_id,
        state,
        registration.calendar_sequence + (0 if is_hers else 1),
        registration.changed_at,
        accept_until=registration.offer_expires_at,
    )
    event = session.get_one(Event, registration.event_id)
    off = [event.id] if event.status == EventStatus.CANCELLED else []
    ended = [registration_id] if registration.state in rules.ENDED else []
    mine = _sessions(session, [registration_id])[1].get(attendee_id, []) if is_hers else []
    key = email, registration.event_id
    return replace(
        every,
        by_key={**every.by_key, key: [*every.by_key.get(key, ()), made]},
        sessions={**every.sessions, registration_id: mine},
        called_off={**every.called_off, **called_off(session, off)},
        endings={**every.endings, **reasons_given(session, ended, rules.ENDED)},
    )


def read_ahead(session: Session, asked: Iterable[Key]) -> None:
    """Read at once what `calendar_registrations` reads for each address and event."""
    asked = set(asked)
    every = _read_registrations(
        session, sorted({email for email, _ in asked}), sorted({event for _, event in asked})
    )
    for email, event_id in asked:
        keep(session, ("registrations", ((email,), (event_id,))), every)


def _read_registrations(
    session: Session, emails: Sequence[str], event_ids: Sequence[int]
) -> CalendarRegistrations:
    rows = session.execute(
        select(
            Booking.email_normal,
            Booking.id.label("booking_id"),
            Registration.id,
            Registration.event_id,
            Registration.state,
            Registration.calendar_sequence,
            Registration.changed_at,
            Registration.offer_expires_at,
            Event.status,
        )
        .join(Booking, Booking.id == Registration.booking_id)
        .join(Event, Event.id == Registration.event_id)
        .where(among(Booking.email_normal, emails), among(Registration.event_id, event_ids))
        .order_by(Registration.id)
    )
    found: dict[Key, list[CalendarRegistration]] = {}
    off = set()
    for row in rows:
        if row.status == EventStatus.CANCELLED:
            off.add(row.event_id)
        made = CalendarRegistration(
            row.id,
            row.booking_id,
            row.state,
            row.calendar_sequence,
            row.changed_at,
            accept_until=row.offer_expires_at,
        )
        found.setdefault((row.email_normal, row.event_id), []).append(made)
    for key, made in _handed_on(session, emails, event_ids):
        found.setdefault(key, []).append(made)
    ours = {
        made.registration_id for registered in found.values() for made in registered if not made.is_handed_on
    }
    by_registration, by_attendee = _sessions(session, sorted(ours))
    waiting = [
        one.registration_id for each in found.values() for one in each if one.state == rules.WAITLISTED
    ]
    ended = [one.registration_id for each in found.values() for one in each if one.state in rules.ENDED]
    return CalendarRegistrations(
        found,
        by_registration,
        picked=by_attendee,
        limits=limits_of(session, waiting),
        called_off=called_off(session, sorted(off)),
        endings=reasons_given(session, ended, rules.ENDED),
    )


def _handed_on(
    session: Session, emails: Iterable[str], event_ids: Iterable[int]
) -> list[tuple[Key, CalendarRegistration]]:
    """Return the seats that *emails* handed on: for them it is as if they had cancelled."""
    rows = session.execute(
        select(
            Booking.email_normal,
            Booking.id.label("booking_id"),
            Registration.event_id,
            Handover.registration_id,
            Handover.moved_sequence,
            Handover.decided_at,
        )
        .join(Booking, Booking.id == Handover.booking_id)
        .join(Registration, Registration.id == Handover.registration_id)
        .where(
            among(Booking.email_normal, emails),
            among(Registration.event_id, event_ids),
            Handover.moved_sequence.is_not(None),
        )
        .order_by(Handover.id)
    )
    return [
        (
            (row.email_normal, row.event_id),
            CalendarRegistration(
                row.registration_id,
                row.booking_id,
                rules.CANCELLED,
                row.moved_sequence,
                row.decided_at,
                is_handed_on=True,
            ),
        )
        for row in rows
    ]


def best(registered: Sequence[CalendarRegistration]) -> str:
    """Return the state that counts: a party may have come in parts, or have registered again."""
    order = (rules.CONFIRMED, rules.OFFERED, rules.WAITLISTED, rules.PENDING, rules.UNVERIFIED)
    states = {one.state for one in registered}
    return next((state for state in order if state in states), rules.CANCELLED)


Picked = dict[int, list[Chosen]]


def _sessions(session: Session, registration_ids: Sequence[int]) -> tuple[Picked, Picked]:
    """Return which sessions were picked, by registration and by attendee."""
    by_registration: Picked = {}
    by_attendee: Picked = {}
    if not registration_ids:
        return by_registration, by_attendee
    rows = session.execute(
        select(
            Attendee.registration_id,
            Attendee.id.label("attendee_id"),
            EventSession.id,
            EventSession.name,
            EventSession.hint,
            EventSession.starts_at,
            EventSession.ends_at,
            EventSession.translations,
        )
        .join(AttendeeSession, AttendeeSession.attendee_id == Attendee.id)
        .join(EventSession, EventSession.id == AttendeeSession.session_id)
        .where(among(Attendee.registration_id, registration_ids), Attendee.removed_at.is_(None))
    )
    for row in rows:
        chosen = Chosen(*row[2:])
        by_registration.setdefault(row.registration_id, []).append(chosen)
        by_attendee.setdefault(row.attendee_id, []).append(chosen)
    return by_registration, by_attendee
