"""Read which other events somebody may move to, and what she keeps until the move is certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, selectinload

from registration.booking.models import AttendeeSession, Booking
from registration.booking.queries.bookings import has_enough, is_registered
from registration.core.among import among
from registration.events.models import PUBLIC, Category, Event, EventSession, ProgrammeEvent
from registration.events.queries import phase_of, words
from registration.events.rules import EventStatus, Phase


@dataclass(frozen=True)
class Alternative:
    """Another event of the same programme that takes registrations now."""

    event_id: int
    slug: str
    title: str
    title_locale: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    all_day: bool


def alternatives(session: Session, booked: Booking, event_id: int, locale: str) -> list[Alternative]:
    """Return where whoever has a registration for *event_id* may move it to."""
    programmes = select(ProgrammeEvent.programme_id).where(ProgrammeEvent.event_id == event_id)
    rows = session.execute(
        select(Event, ProgrammeEvent.requires_event_id)
        .join(ProgrammeEvent, ProgrammeEvent.event_id == Event.id)
        .where(
            ProgrammeEvent.programme_id.in_(programmes),
            Event.id != event_id,
            Event.organiser_id == booked.organiser_id,
            Event.status == EventStatus.PUBLISHED,
            # Where a code or an invitation is asked for, the event's own form asks.
            Event.visibility == PUBLIC,
            Event.by_invitation.is_(False),
            Event.access_code == "",
        )
        .options(selectinload(Event.texts), selectinload(Event.categories))
        .order_by(Event.starts_at, Event.id)
    ).all()
    found: dict[int, Alternative] = {}
    for row in rows:
        event, needs = row.Event, row.requires_event_id
        if phase_of(event) is not Phase.OPEN or has_enough(session, booked.email_normal, event.id):
            continue
        # What can only be had with another event is no place to move to without, or from, that one.
        if needs is not None and (
            needs == event_id or not is_registered(session, booked.email_normal, needs)
        ):
            continue
        told = words(event, locale)
        found[event.id] = Alternative(
            event.id,
            event.slug,
            told.title,
            told.locale,
            event.starts_at,
            event.ends_at,
            event.time_zone,
            event.all_day,
        )
    return list(found.values())


def picked_sessions(session: Session, attendee_id: int) -> list[int]:
    query = select(AttendeeSession.session_id).where(AttendeeSession.attendee_id == attendee_id)
    return list(session.scalars(query.order_by(AttendeeSession.session_id)))


@dataclass(frozen=True)
class Choices:
    """What people choose at which events ("category", "sessions" or "both"), and which are of a programme."""

    chosen: dict[int, str]
    linked: set[int]


def choices_of(session: Session, event_ids: Sequence[int]) -> Choices:
    """Return what there is to choose at *event_ids*, in one statement."""
    categories = select(Category.event_id, literal("category")).where(among(Category.event_id, event_ids))
    sessions = select(EventSession.event_id, literal("sessions")).where(
        among(EventSession.event_id, event_ids), EventSession.is_offered
    )
    programmes = select(ProgrammeEvent.event_id, literal("programme")).where(
        among(ProgrammeEvent.event_id, event_ids)
    )
    found, linked = dict[int, str](), set[int]()
    for event_id, chosen in session.execute(categories.union(sessions, programmes)) if event_ids else ():
        if chosen == "programme":
            linked.add(event_id)
        else:
            found[event_id] = "both" if event_id in found else chosen
    return Choices(found, linked)
