"""Read who was asked, who answered, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.queries.bookings import Seat
from registration.core import clock
from registration.core.among import among
from registration.core.invariant import AnySelect
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.reconfirm.models import Reconfirmation, ReconfirmationPlan
from registration.reconfirm.rules import (
    ANSWER_DAYS,
    ASKS_DAYS,
    LATEST_REMINDER,
    SILENCE,
    asks_at,
    is_time_to_ask,
    reminds_at,
)
from registration.seats import rules
from registration.seats.models import Registration


@dataclass(frozen=True)
class AskedParty:
    """One party that was asked, as the organiser sees it."""

    registration_id: int
    name: str
    email: str
    size: int
    state: str
    asked_at: datetime
    deadline_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Silent:
    """A party whose seats are to be freed."""

    registration_id: int
    event_id: int
    booking_id: int
    locale: str
    time_zone: str
    deadline_at: datetime


def plan_of(session: Session, event_id: int) -> ReconfirmationPlan | None:
    return session.get(ReconfirmationPlan, event_id)


def stored_plan(plan: ReconfirmationPlan | None) -> dict[str, object]:
    """Return *plan*, or what most events want, by the names of its form."""
    return {
        "asks": plan is not None,
        "asks_days": plan.asks_days if plan else ASKS_DAYS,
        "answer_days": plan.answer_days if plan else ANSWER_DAYS,
        "frees_seat": bool(plan and plan.frees_seat),
    }


def asked(session: Session, event_id: int) -> list[AskedParty]:
    """Return every party of an event that was asked, by name."""
    rows = session.execute(
        select(Reconfirmation, Registration.size, Registration.state, Booking.name, Booking.email)
        .join(Registration, Registration.id == Reconfirmation.registration_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Registration.event_id == event_id)
        .order_by(Booking.name, Registration.id)
    )
    return [
        AskedParty(
            row.Reconfirmation.registration_id,
            row.name,
            row.email,
            row.size,
            row.state,
            row.Reconfirmation.asked_at,
            row.Reconfirmation.deadline_at,
            row.Reconfirmation.answer or "",
            row.Reconfirmation.answered_at,
        )
        for row in rows
    ]


def open_questions(session: Session, seats: Sequence[Seat]) -> dict[int, Any]:
    """Return what the confirmed ones among *seats* were asked, by registration."""
    ids = [one.registration_id for one in seats if one.state == rules.CONFIRMED]
    at = clock.now()
    if not any(one.registration_id in ids and one.starts_at > at for one in seats):
        return {}
    found = session.scalars(select(Reconfirmation).where(among(Reconfirmation.registration_id, ids)))
    return {one.registration_id: one for one in found}


def events_to_ask(session: Session) -> list[int]:
    """Return the events with somebody to ask now."""
    at = clock.now()
    rows = session.execute(
        select(Event.id, Event.starts_at, ReconfirmationPlan.asks_days, ReconfirmationPlan.made_at)
        .join(ReconfirmationPlan, ReconfirmationPlan.event_id == Event.id)
        .where(KEEPS_PROMISES, Event.starts_at > at)
        .order_by(Event.id)
    ).all()
    due = [row for row in rows if is_time_to_ask(row.starts_at, row.asks_days, row.made_at, at)]
    return [
        row.id
        for row in due
        if session.execute(
            unasked(row.id, asks_at(row.starts_at, row.asks_days, row.made_at)).limit(1)
        ).first()
    ]


def unasked(event_id: int, since: datetime) -> AnySelect:
    """Return the query of those who have had their seats since before *since* and were not asked.

    Who got a seat, or gave a part of it back, after the others were asked has just said that she comes.
    """
    return (
        select(Registration.id)
        .where(
            Registration.event_id == event_id,
            Registration.state == rules.CONFIRMED,
            Registration.changed_at <= since,
            ~exists().where(Reconfirmation.registration_id == Registration.id),
        )
        .order_by(Registration.id)
    )


def silent(session: Session) -> list[Silent]:
    """Return those who were told that silence frees their seats, and whose time is over.

    Those whose silence is noted and who still hold seats are among them: a worker died in between.
    """
    at = clock.now()
    rows = session.execute(
        select(
            Registration.id,
            Registration.event_id,
            Registration.booking_id,
            Booking.locale,
            Event.time_zone,
            Reconfirmation.deadline_at,
        )
        .join(Registration, Registration.id == Reconfirmation.registration_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Reconfirmation.frees_seat,
            Reconfirmation.deadline_at <= at,
            # Two mails at least before silence costs a seat, however long a worker was away.
            or_(
                Reconfirmation.answer.is_(None) & Reconfirmation.reminded_at.is_not(None),
                Reconfirmation.answer == SILENCE,
            ),
            Registration.state == rules.CONFIRMED,
            # Who came in says more than a word.
            Registration.inside == 0,
            KEEPS_PROMISES,
            # A seat that is freed when it has begun helps nobody.
            Event.starts_at > at,
        )
        .order_by(Reconfirmation.deadline_at, Registration.id)
        .limit(200)
    )
    return [Silent(*row) for row in rows]


def to_remind(session: Session) -> list[int]:
    """Return the registrations that silence would cost their seats and that are to be asked once more now."""
    at = clock.now()
    rows = session.execute(
        select(Reconfirmation.registration_id, Reconfirmation.asked_at, Reconfirmation.deadline_at)
        .join(Registration, Registration.id == Reconfirmation.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Reconfirmation.answer.is_(None),
            Reconfirmation.frees_seat,
            Reconfirmation.reminded_at.is_(None),
            # Those too whose time is over: a worker was away when she should have been asked.
            Reconfirmation.deadline_at <= at + LATEST_REMINDER,
            Registration.state == rules.CONFIRMED,
            Registration.inside == 0,
            KEEPS_PROMISES,
            Event.starts_at > at,
        )
        .order_by(Reconfirmation.deadline_at, Reconfirmation.registration_id)
        .limit(1000)
    )
    return [row.registration_id for row in rows if reminds_at(row.asked_at, row.deadline_at) <= at][:200]
