"""The calendars of attendees: of one booking, and of all that an address has registered at an organiser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select, union
from sqlalchemy.orm import Session, aliased, selectinload

from registration.accounts.models import Organiser
from registration.booking.calendar import owner as people
from registration.booking.calendar.owner import FeedOwner, address_hash
from registration.booking.calendar.registrations import SessionDisplay, calendar_registrations
from registration.booking.calendar.session_entries import own_entries
from registration.booking.models import Attendee, AttendeeSession, Booking, Handover, PersonalFeed
from registration.capability.services import FEED, find, is_live
from registration.core import clock
from registration.core.among import among
from registration.events.models import Event
from registration.ical.entries import Entry
from registration.ical.queries import refresh_hours
from registration.seats import rules
from registration.seats.models import Registration


@dataclass(frozen=True)
class Calendar:
    """What a token opens: whose registrations, and what changes whenever they do."""

    owner: FeedOwner | int
    is_live: bool
    organiser: str = ""
    zone: str = ""
    facts: tuple[object, ...] = ()
    changed_at: datetime | None = None
    refresh_hours: int = 6
    # That of the newest booking: a calendar program asks in whatever its maker speaks.
    locale: str = ""

    @property
    def is_of_person(self) -> bool:
        return isinstance(self.owner, FeedOwner)


def calendar(session: Session, token: str) -> Calendar | None:
    """Return what *token* opens, revoked ones included, or None; no entry is built."""
    owner: FeedOwner | int
    capability = find(session, token, FEED)
    if capability is not None:
        owner, live = capability.subject_id, is_live(capability)
    elif found := people.opened(session, token):
        owner, live = found
    else:
        return None
    return _version(session, owner) if live else Calendar(owner, is_live=False)


def entries(
    session: Session, owner: FeedOwner | int, locale: str, *, only_seats: bool = False
) -> list[Entry]:
    """Return one entry for each event, and one for each session where they are to be entries of their own.

    *only_seats* leaves out what is tentative, and what ended: a program takes away what it finds no more.
    """
    pairs = select(Registration.event_id, Booking.email_normal).where(_belongs_to(owner))
    theirs = union(
        pairs.join(Booking, Booking.id == Registration.booking_id),
        # What was handed on stays as cancelled: a calendar that merely lacks it may keep it.
        pairs.join(Handover, Handover.registration_id == Registration.id)
        .join(Booking, Booking.id == Handover.booking_id)
        .where(Handover.moved_sequence.is_not(None)),
    ).subquery()
    rows = session.execute(
        select(Event, theirs.c.email_normal)
        .join(theirs, theirs.c.event_id == Event.id)
        .options(selectinload(Event.texts))
        .order_by(Event.starts_at, Event.id)
    ).all()
    registered = calendar_registrations(
        session, {row.email_normal for row in rows}, {row.Event.id for row in rows}
    )
    registered = replace(registered, display=session_display_of(session, owner))
    booking_id = owner if isinstance(owner, int) else None
    return [
        entry
        for row in rows
        if not only_seats or registered.is_seated(row.email_normal, row.Event.id, booking_id)
        for entry in own_entries(row.Event, locale, registered, row.email_normal, booking_id)
        if not only_seats or entry.status != "TENTATIVE"
    ]


def entries_to_add(session: Session, booked: Booking, event_ids: Sequence[int], locale: str) -> list[Entry]:
    """Return the entries that *booked* has of some events, to add once: nothing that was called off."""
    registered = calendar_registrations(session, {booked.email_normal}, event_ids)
    registered = replace(registered, display=SessionDisplay(booked.sessions_turned))
    events = session.scalars(
        select(Event)
        .where(among(Event.id, event_ids))
        .options(selectinload(Event.texts))
        .order_by(Event.starts_at, Event.id)
    )
    found = [own_entries(event, locale, registered, booked.email_normal, booked.id) for event in events]
    return [
        entry
        for whole, *apart in found
        for entry in (whole, *(one for one in apart if one.status != "CANCELLED"))
    ]


def session_display_of(session: Session, owner: FeedOwner | int) -> SessionDisplay:
    """Return how sessions stand in the calendar of *owner*."""
    return SessionDisplay(session.scalar(select(_turned(owner)[0])) or 0)


def has_sessions(session: Session, booking_id: int) -> bool:
    """Say whether anybody of a booking picked a session."""
    picked = (
        select(AttendeeSession.session_id)
        .join(Attendee, Attendee.id == AttendeeSession.attendee_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Registration.booking_id == booking_id,
            Registration.state.not_in(rules.ENDED),
            Attendee.removed_at.is_(None),
        )
    )
    return session.scalar(picked.limit(1)) is not None


def _version(session: Session, owner: FeedOwner | int) -> Calendar:
    coming = case((Event.starts_at > clock.now(), Event.starts_at))
    row = session.execute(
        select(
            func.count(),
            func.sum(Registration.id),
            func.sum(Registration.calendar_sequence),
            func.sum(Event.seat_revision),
            func.max(Registration.changed_at),
            func.max(func.coalesce(Event.seat_changed_at, Event.changed_at)),
            func.min(coming),
            func.min(Event.time_zone),
            func.min(Organiser.name),
            _handed_on(owner),
            _newest_language(owner),
            *_turned(owner),
        )
        .select_from(Registration)
        .join(Booking, Booking.id == Registration.booking_id)
        .join(Event, Event.id == Registration.event_id)
        .join(Organiser, Organiser.id == Booking.organiser_id)
        .where(_belongs_to(owner))
    ).one()
    *sums, seat_at, event_at, next_at, zone, organiser, handed_on, locale, turned, turned_at = row
    changed_at = max((at for at in (seat_at, event_at, turned_at) if at), default=None)
    hours = refresh_hours([next_at] if next_at else [])
    facts = (*map(_number, sums), seat_at, event_at, handed_on, turned)
    return Calendar(owner, True, organiser or "", zone or "", facts, changed_at, hours, locale or "")


def _handed_on(owner: FeedOwner | int) -> ScalarSelect[int]:
    """Return how many seats left the calendar with somebody else."""
    return (
        select(func.count(Handover.id))
        .join(Booking, Booking.id == Handover.booking_id)
        .where(_is_of(owner), Handover.moved_sequence.is_not(None))
        .correlate(None)
        .scalar_subquery()
    )


def _turned(owner: FeedOwner | int) -> tuple[ScalarSelect[int], ScalarSelect[datetime | None]]:
    """Return how often the display of sessions changed in the calendar of *owner*, and when it last did."""
    kept: type[Booking] | type[PersonalFeed] = Booking
    is_theirs = Booking.id == owner
    if isinstance(owner, FeedOwner):
        kept = PersonalFeed
        is_theirs = (kept.organiser_id == owner.organiser_id) & (kept.address_hash == address_hash(owner))
    turned = select(func.max(kept.sessions_turned)).where(is_theirs)
    turned_at = select(func.max(kept.sessions_turned_at)).where(is_theirs)
    return turned.correlate(None).scalar_subquery(), turned_at.correlate(None).scalar_subquery()


def _number(told: Any) -> int:
    # PostgreSQL sums integers as decimals of its own.
    return int(told or 0)


def _belongs_to(owner: FeedOwner | int) -> ColumnElement[bool]:
    # An address that nobody has confirmed yet has registered nothing.
    return _is_of(owner) & (Registration.state != rules.UNVERIFIED)


def _newest_language(owner: FeedOwner | int) -> ScalarSelect[str]:
    other = aliased(Booking)
    query = select(other.locale).where(_is_of(owner, other)).order_by(other.id.desc()).limit(1)
    return query.scalar_subquery()


def _is_of(owner: FeedOwner | int, booking: type[Booking] = Booking) -> ColumnElement[bool]:
    if isinstance(owner, FeedOwner):
        return (booking.email_normal == owner.email) & (booking.organiser_id == owner.organiser_id)
    return booking.id == owner
