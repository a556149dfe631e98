"""Who chose a category or a session: what stands in the way of taking it away."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, AttendeeSession
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import Pool, Registration, RegistrationPool, WaitingNeed

IS_COMING = Attendee.removed_at.is_(None) & Registration.state.not_in(rules.ENDED)


@dataclass(frozen=True)
class Holders:
    """How many people chose it, and how many of them still come or wait."""

    all: int
    coming: int


def holders(session: Session, chose: ColumnElement[bool]) -> Holders:
    """Return how many attendees *chose* it."""
    row = session.execute(
        select(func.count(), func.count().filter(IS_COMING))
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(chose)
    ).one()
    return Holders(*row)


def in_category(category_id: int) -> ColumnElement[bool]:
    return Attendee.category_id == category_id


def in_session(session_id: int) -> ColumnElement[bool]:
    picked = select(AttendeeSession.attendee_id).where(AttendeeSession.session_id == session_id)
    return Attendee.id.in_(picked)


def drop_pool(session: Session, gate: Gate, kind: str, subject_id: int) -> None:
    """Remove the limit of what nobody has chosen, from under the lock too."""
    found = [one.id for one in gate.pools.values() if (one.kind, one.subject_id) == (kind, subject_id)]
    for pool_id in found:
        session.execute(delete(RegistrationPool).where(RegistrationPool.pool_id == pool_id))
        session.execute(delete(WaitingNeed).where(WaitingNeed.pool_id == pool_id))
        session.execute(delete(Pool).where(Pool.id == pool_id))
        del gate.pools[pool_id]
