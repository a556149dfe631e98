"""Say honestly what who waits may hope for: how many seats came free in earlier events like this."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from registration.core import clock
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.journal.models import JournalEntry
from registration.seats import rules
from registration.seats.models import Queue, Registration

# So many earlier events are looked at, the latest first.
EARLIER = 5


@dataclass(frozen=True)
class Prospect:
    """How many seats usually came free after the waitlist began, and in how many events that was seen."""

    seats: int
    events: int


def prospect(session: Session, event_id: int) -> Prospect | None:
    """Return what earlier events of the same organiser tell, or None where none of them had a waitlist."""
    event = session.get_one(Event, event_id)
    began = func.min(JournalEntry.id).label("began")
    rows = session.execute(
        select(Event.id, Event.starts_at, began)
        .join(JournalEntry, JournalEntry.event_id == Event.id)
        .where(
            Event.organiser_id == event.organiser_id,
            Event.id != event.id,
            KEEPS_PROMISES,
            Event.ends_at < min(event.starts_at, clock.now()),
            JournalEntry.action == "state",
            JournalEntry.after == rules.WAITLISTED,
        )
        .group_by(Event.id, Event.starts_at)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(EARLIER)
    ).all()
    if not rows:
        return None
    came_free = [_given_up(session, row) + _shrunk(session, row) for row in rows]
    return Prospect(round(median(came_free)), len(rows))


def waiting_count(session: Session, event_id: int) -> int:
    """Return how many registrations wait for an event."""
    return int(session.scalar(select(Queue.waiting).where(Queue.event_id == event_id)) or 0)


def _given_up(session: Session, row: Any) -> int:
    """Return the seats of registrations that ended while others waited, before the event began."""
    query = (
        select(func.sum(Registration.size))
        .join(JournalEntry, JournalEntry.registration_id == Registration.id)
        .where(
            *_since(row),
            JournalEntry.action == "state",
            JournalEntry.before == rules.CONFIRMED,
            JournalEntry.after.in_(rules.ENDED),
        )
    )
    return int(session.scalar(query) or 0)


def _shrunk(session: Session, row: Any) -> int:
    """Return the seats that parties gave back one by one; who only waited gave back none."""
    seated = aliased(JournalEntry)
    had_seats = (
        select(seated.id)
        .where(
            seated.registration_id == JournalEntry.registration_id,
            seated.action == "state",
            seated.after == rules.CONFIRMED,
            seated.id < JournalEntry.id,
        )
        .exists()
    )
    query = select(JournalEntry.facts).where(*_since(row), JournalEntry.action == "shrunk", had_seats)
    return sum(facts["from"] - facts["to"] for facts in session.scalars(query))


def _since(row: Any) -> tuple[Any, ...]:
    return (
        JournalEntry.event_id == row.id,
        JournalEntry.id > row.began,
        JournalEntry.at < row.starts_at,
    )
