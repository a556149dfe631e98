"""Who waits, and what registrations hold: read under the lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from registration.core import clock
from registration.core.among import among
from registration.core.database import table
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.changing import Held
from registration.seats.gate import Gate
from registration.seats.models import Pool, Registration, RegistrationPool
from registration.seats.reservations import can_never_fit

_registration = table(Registration).c
_HELD = (
    _registration.id,
    _registration.booking_id,
    _registration.place,
    _registration.part,
    _registration.size,
    _registration.state,
    _registration.priority,
    _registration.seated_step,
    _registration.inside,
)


def head(session: Session, gate: Gate, limit: int, after: Held | None = None) -> list[Held]:
    """Return the head of the line, or what comes *after* somebody in it.

    With first_fit only those for whom there is room to begin with; in a strict line those who can fit
    at all, since they reserve.
    """
    query = (
        select(*_HELD)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.event_id == gate.event_id,
            Registration.state == rules.WAITLISTED,
            *is_coming(),
        )
    )
    query = query.where(~unfitting() if gate.policy == rules.FIRST_FIT else ~can_never_fit())
    if after is not None:
        query = query.where(~is_ahead_of(after.priority, after.place, after.part + 1))
    rows = session.execute(query.order_by(*in_line()).limit(limit)).all()
    return _with_needs(session, gate, rows)


def held(session: Session, gate: Gate, registration_ids: Sequence[int]) -> list[Held]:
    """Return registrations of the gate's event, in the order of their ids. Raises LookupError."""
    rows = session.execute(
        select(*_HELD)
        .where(among(Registration.id, registration_ids), Registration.event_id == gate.event_id)
        .order_by(Registration.id)
    ).all()
    if len(rows) != len(set(registration_ids)):
        raise LookupError("a registration is not of this event")
    return _with_needs(session, gate, rows)


def is_coming() -> tuple[Any, ...]:
    """Return what is true of an event whose seats are given: one that is over, or called off, has none."""
    return KEEPS_PROMISES, Event.ends_at > clock.now()


def in_line() -> tuple[Any, ...]:
    """Return the order of the waitlist."""
    return Registration.priority.desc(), Registration.place, Registration.part


def is_ahead_of(priority: int, place: int, part: int) -> ColumnElement[bool]:
    """Return the SQL condition that a registration comes before that turn in the line."""
    return or_(
        Registration.priority > priority,
        and_(Registration.priority == priority, Registration.place < place),
        and_(Registration.priority == priority, Registration.place == place, Registration.part < part),
    )


def is_ahead(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the SQL condition that registration *one* comes before *other* in the line."""
    same = and_(one.priority == other.priority, one.place == other.place)
    return or_(
        one.priority > other.priority,
        and_(one.priority == other.priority, one.place < other.place),
        and_(same, one.part < other.part),
    )


def is_holding() -> Any:
    """Return the SQL condition that a registration has seats."""
    return Registration.state.in_(rules.HOLDING) & Registration.seated_step.is_not(None)


def unfitting() -> Any:
    """Return the SQL condition that some pool has no room for the registration.

    The same as `rules.fits`: what is kept of the event's seats is for whom it is kept.
    """
    own_need, own_pool = aliased(RegistrationPool), aliased(Pool)
    left = own_pool.allotted - own_pool.taken
    own = (
        select(func.coalesce(func.sum(case((own_need.need < left, own_need.need), else_=left)), 0))
        .where(
            own_need.registration_id == Registration.id,
            own_pool.id == own_need.pool_id,
            own_pool.allotted > own_pool.taken,
        )
        .correlate(Registration)
        .scalar_subquery()
    )
    open_seats = Pool.capacity - Pool.taken - Pool.kept
    beyond_kept = RegistrationPool.need - own > case((open_seats > 0, open_seats), else_=0)
    return (
        exists()
        .where(
            RegistrationPool.registration_id == Registration.id,
            RegistrationPool.pool_id == Pool.id,
            (Pool.taken + RegistrationPool.need > Pool.capacity) | ((Pool.kept > 0) & beyond_kept),
        )
        .correlate(Registration)
    )


def needs_of_many(session: Session, registration_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return what each of *registration_ids* needs of which pool."""
    needs: dict[int, dict[int, int]] = {registration_id: {} for registration_id in registration_ids}
    if registration_ids:
        query = select(
            RegistrationPool.registration_id, RegistrationPool.pool_id, RegistrationPool.need
        ).where(among(RegistrationPool.registration_id, registration_ids))
        for row in session.execute(query):
            needs[row.registration_id][row.pool_id] = row.need
    return needs


def times_of(session: Session, event_id: int) -> tuple[datetime, str]:
    """Return when an event starts, and its zone."""
    row = session.execute(select(Event.starts_at, Event.time_zone).where(Event.id == event_id)).one()
    return row.starts_at, row.time_zone


def _with_needs(session: Session, gate: Gate, rows: Sequence[Any]) -> list[Held]:
    needs = needs_of_many(session, [row.id for row in rows])
    gates.load_pools(session, gate, {pool_id for need in needs.values() for pool_id in need})
    return [
        Held(
            row.id,
            row.booking_id,
            row.place,
            row.part,
            row.size,
            row.state,
            row.priority,
            row.state in rules.HOLDING and row.seated_step is not None,
            needs[row.id],
            row.inside,
        )
        for row in rows
    ]
