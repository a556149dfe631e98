"""Read what the back office shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from registration.accounts.models import Account
from registration.booking.models import Attendee, Booking
from registration.booking.notifications.kinds import PROGRAMME
from registration.core.among import among
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.wording import ActivityLine, told
from registration.mail.models import OutgoingMessage
from registration.seating.explain import NO_MORE, why_not_seated
from registration.seats import rules
from registration.seats.models import Registration
from registration.seats.names import pool_names
from registration.seats.queries import PoolSeats, availability, line, line_policy, pools_by_id, takes_place


def events_of(session: Session, organiser_ids: Sequence[int]) -> Sequence[Event]:
    """Return the events of these organisers, drafts included, what comes next first."""
    query = (
        select(Event)
        .where(among(Event.organiser_id, organiser_ids))
        .options(joinedload(Event.organiser), selectinload(Event.texts))
        .order_by(Event.starts_at.desc(), Event.id)
    )
    return session.scalars(query).all()


def state_counts(session: Session, event_id: int) -> Mapping[str, int]:
    """Return how many registrations are in which state."""
    rows = session.execute(
        select(Registration.state, func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.state)
    )
    return {state: int(count) for state, count in rows}


def failed_mails(session: Session, event_id: int) -> int:
    return int(
        session.scalar(
            select(func.count()).where(
                OutgoingMessage.event_id == event_id, OutgoingMessage.state == "failed"
            )
        )
        or 0
    )


def pools(session: Session, event_id: int) -> list[tuple[PoolSeats, str]]:
    """Return each limit of an event with its name, the event's own first."""
    seats = availability(session, [event_id])[event_id]
    names = pool_names(session, event_id)
    return [(pool, names[pool.id]) for pool in seats.pools]


@dataclass(frozen=True)
class InLine:
    """One party of the waitlist as the organiser sees it."""

    position: int
    registration: Registration
    booking: Booking
    names: tuple[str, ...]
    why: str


def waitlist(session: Session, event_id: int, here: Callable[[int], slice]) -> list[InLine]:
    """Return a part of the waitlist in its order, with why each party has no seat yet.

    *here* says of the number of parties which of them are shown: only these are read.
    """
    whole = line(session, event_id)
    shown = here(len(whole))
    waiting = whole[shown]
    by_id = parties(session, [one.registration_id for one in waiting])
    limits = pools_by_id(session, {pool_id for one in waiting for pool_id in one.needs})
    policy = line_policy(session, event_id)
    names = pool_names(session, event_id)
    comes = takes_place(session, event_id)
    found = []
    for position, one in enumerate(waiting, 1 + shown.start):
        registration, booking, people = by_id[one.registration_id]
        why = why_not_seated(one.needs, limits, names, policy) if comes else str(NO_MORE)
        found.append(InLine(position, registration, booking, people, why))
    return found


def undecided(
    session: Session, event_id: int, here: Callable[[int], slice]
) -> list[tuple[Registration, Booking, tuple[str, ...]]]:
    """Return who awaits approval, holds an offer or has not confirmed the address, in their order.

    *here* says of their number which of them are shown.
    """
    ids = session.scalars(
        select(Registration.id)
        .where(
            Registration.event_id == event_id,
            Registration.state.in_((rules.PENDING, rules.OFFERED, rules.UNVERIFIED)),
        )
        .order_by(Registration.place, Registration.part)
    ).all()
    ids = ids[here(len(ids))]
    found = parties(session, ids)
    return [found[one] for one in ids]


def parties(
    session: Session, registration_ids: Sequence[int]
) -> dict[int, tuple[Registration, Booking, tuple[str, ...]]]:
    """Return registrations with their contact and the names of who comes."""
    people: dict[int, list[str]] = {}
    for row in session.execute(
        select(Attendee.registration_id, Attendee.name)
        .where(among(Attendee.registration_id, registration_ids), Attendee.removed_at.is_(None))
        .order_by(Attendee.registration_id, Attendee.rank)
    ):
        people.setdefault(row.registration_id, []).append(row.name)
    rows = session.execute(
        select(Registration, Booking)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(among(Registration.id, registration_ids))
    )
    return {
        row.Registration.id: (row.Registration, row.Booking, tuple(people.get(row.Registration.id, ())))
        for row in rows
    }


def history(session: Session, registration_id: int) -> list[tuple[JournalEntry, ActivityLine]]:
    """Return what happened to a registration, with its words."""
    rows = session.execute(
        select(JournalEntry, Account.name)
        .outerjoin(Account, Account.id == JournalEntry.account_id)
        .where(JournalEntry.registration_id == registration_id)
        .order_by(JournalEntry.id)
    )
    return [(row.JournalEntry, told(*row)) for row in rows]


def mails_of(session: Session, registration_id: int) -> Sequence[OutgoingMessage]:
    """Return the mails about a registration, the one about all events of its form included."""
    of_booking = select(Registration.booking_id).where(Registration.id == registration_id).scalar_subquery()
    is_about = (OutgoingMessage.registration_id == registration_id) | (
        (OutgoingMessage.booking_id == of_booking) & (OutgoingMessage.kind == PROGRAMME)
    )
    return session.scalars(select(OutgoingMessage).where(is_about).order_by(OutgoingMessage.id)).all()


def expected_and_in(session: Session, event_id: int) -> tuple[int, int]:
    """Return how many people are expected at the door, and how many are in."""
    row = session.execute(
        select(func.count(Attendee.id), func.count(Attendee.checked_in_at))
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Registration.event_id == event_id,
            Registration.state == rules.CONFIRMED,
            Attendee.removed_at.is_(None),
        )
    ).one()
    return int(row[0]), int(row[1])
