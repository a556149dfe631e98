"""Say honestly what who waits may hope for: how many seats came free in earlier events like this."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from registration.core import clock
from registration.core.among import among
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.journal.models import JournalEntry
from registration.seats import rules
from registration.seats.models import Registration

# So many earlier events are looked at, the latest first.
EARLIER = 5
# Of so many that are over those that had a waitlist are looked for.
LATEST = 30


@dataclass(frozen=True)
class Prospect:
    """How many seats usually came free after the waitlist began, and in how many events that was seen."""

    seats: int
    events: int


def prospect(session: Session, event_id: int) -> Prospect | None:
    """Return what earlier events of the same organiser tell, or None where none of them had a waitlist."""
    return prospects(session, [event_id])[event_id]


def prospects(session: Session, event_ids: Sequence[int]) -> dict[int, Prospect | None]:
    """Return what earlier events tell of each of *event_ids*, of one organiser, in three statements for all.

    Only the latest events are looked at, so the work does not grow with the organiser's past.
    """
    if not event_ids:
        return {}
    rows = session.execute(_earlier(event_ids)).all()
    mine = (
        session.execute(select(Event.id, Event.starts_at).where(among(Event.id, event_ids))).all()
        if rows
        else []
    )
    chosen = {
        one.id: [row for row in rows if row.id != one.id and row.ends_at < one.starts_at][:EARLIER]
        for one in mine
    }
    asked = {row.id: row for found in chosen.values() for row in found}
    free = _came_free(session, list(asked.values()))
    return {
        event_id: Prospect(round(median(free[row.id] for row in found)), len(found))
        if (found := chosen.get(event_id))
        else None
        for event_id in event_ids
    }


def _earlier(event_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Return the query of the latest events that are over and had a waitlist, with where it began."""
    began = (
        select(JournalEntry.id)
        .where(
            JournalEntry.event_id == Event.id,
            JournalEntry.action == "state",
            JournalEntry.after == rules.WAITLISTED,
        )
        .order_by(JournalEntry.id)
        .limit(1)
        .scalar_subquery()
    )
    organisers = select(Event.organiser_id).where(among(Event.id, event_ids))
    latest = (
        select(Event.id, Event.starts_at, Event.ends_at, began.label("began"))
        .where(Event.organiser_id.in_(organisers), KEEPS_PROMISES, Event.ends_at < clock.now())
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(LATEST)
        .subquery()
    )
    return select(latest).where(latest.c.began.is_not(None)).order_by(latest.c.starts_at.desc(), latest.c.id)


def _came_free(session: Session, rows: Sequence[Any]) -> Counter[int]:
    """Return how many seats came free in each event of *rows* after its waitlist began, before it did."""
    found: Counter[int] = Counter()
    if not rows:
        return found
    since = or_(*(and_(*_since(row)) for row in rows))
    for event_id, seats in session.execute(_given_up(since)):
        found[event_id] += seats
    for event_id, facts in session.execute(_shrunk(since)):
        found[event_id] += facts["from"] - facts["to"]
    return found


def _given_up(since: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of the seats of registrations that ended while others waited, by event."""
    return (
        select(JournalEntry.event_id, func.sum(Registration.size))
        .join(JournalEntry, JournalEntry.registration_id == Registration.id)
        .where(
            since,
            JournalEntry.action == "state",
            JournalEntry.before == rules.CONFIRMED,
            JournalEntry.after.in_(rules.ENDED),
        )
        .group_by(JournalEntry.event_id)
    )


def _shrunk(since: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of the seats that parties gave back one by one; who only waited gave back none."""
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
    return select(JournalEntry.event_id, JournalEntry.facts).where(
        since, JournalEntry.action == "shrunk", had_seats
    )


def _since(row: Any) -> tuple[Any, ...]:
    return (
        JournalEntry.event_id == row.id,
        JournalEntry.id > row.began,
        JournalEntry.at < row.starts_at,
    )
