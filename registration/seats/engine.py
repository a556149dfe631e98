"""The engine: lock the gate, change, drain. Every function runs inside one write transaction.

Nobody changes seats but through here, and nothing of an event is read before its gate is locked:
a value read earlier may be gone by the time it is used (docs/architecture.md).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import insert_all, table
from registration.events.models import Event
from registration.journal.services import Actor, Note, record
from registration.seats import rules
from registration.seats.gate import Gate, give_back, take
from registration.seats.models import Pool, Registration, RegistrationPool

# How many are promoted in one transaction: a raised capacity must not hold the gate for long.
PROMOTIONS = 200

_JOIN = insert(table(Registration)).returning(table(Registration).c.id, sort_by_parameter_order=True)
_NEEDS = insert(table(RegistrationPool))
_waiting = table(Registration).c
_AHEAD = (
    select(_waiting.priority)
    .where(_waiting.event_id == bindparam("event"), _waiting.state == rules.WAITLISTED)
    .order_by(_waiting.priority.desc(), _waiting.place)
    .limit(1)
)


@dataclass(frozen=True)
class Change:
    """A registration went from one state to another. *before* is None when it joined."""

    registration_id: int
    booking_id: int
    event_id: int
    before: str | None
    after: str


@dataclass(frozen=True)
class Claim:
    """What asks for seats: a party, what it needs of which pool, and how it is ranked."""

    size: int
    needs: Mapping[int, int]
    priority: int = 0
    calendar_sequence: int = 0


@dataclass(frozen=True)
class Admitted:
    """A claim that has its place in the line, and its seats if it sits; `join` writes it down."""

    claim: Claim
    gate: Gate
    place: int
    step: int
    state: str


def would_sit(session: Session, gate: Gate, claim: Claim) -> bool:
    """Say whether *claim* gets seats if it is admitted now."""
    return rules.fits(claim.needs, gate.free()) and not _is_held_back(session, gate, claim)


def admit(session: Session, gate: Gate, claim: Claim) -> Admitted:
    """Put *claim* at the end of the line; it sits at once if nobody ahead of it could.

    Decided under the lock and not yet written: many claims are admitted, then joined together.
    """
    is_seated = would_sit(session, gate, claim)
    if is_seated:
        for pool_id, need in claim.needs.items():
            gate.pools[pool_id].taken += need
    elif gate.knows_waiting:
        gate.waiting_priority = max(claim.priority, gate.waiting_priority or claim.priority)
    place, gate.next_place = gate.next_place, gate.next_place + 1
    # A step for each: who was let past whom must show within a batch too.
    gate.step += 1
    return Admitted(claim, gate, place, gate.step, rules.CONFIRMED if is_seated else rules.WAITLISTED)


def join(
    session: Session, admitted: Sequence[Admitted], bookings: Sequence[int], actor: Actor
) -> list[Change]:
    """Write down who was *admitted*, each with the id of its booking, and take their seats."""
    at = clock.now()
    taken: dict[int, tuple[Gate, Counter[int]]] = {}
    for one in admitted:
        if one.state in rules.HOLDING:
            taken.setdefault(one.gate.event_id, (one.gate, Counter()))[1].update(one.claim.needs)
    for _gate, total in taken.values():
        take(session, total)
    rows = [
        {
            "event_id": one.gate.event_id,
            "booking_id": booking_id,
            "place": one.place,
            "size": one.claim.size,
            "state": one.state,
            "priority": one.claim.priority,
            "needs_step": one.step,
            "seated_step": one.step if one.state in rules.HOLDING else None,
            "calendar_sequence": one.claim.calendar_sequence,
            "created_at": at,
            "changed_at": at,
        }
        for one, booking_id in zip(admitted, bookings, strict=True)
    ]
    ids = insert_all(session, _JOIN, rows)
    needs = [
        {"registration_id": registration_id, "pool_id": pool_id, "need": need}
        for registration_id, one in zip(ids, admitted, strict=True)
        for pool_id, need in one.claim.needs.items()
    ]
    session.connection().execute(_NEEDS, needs)
    changes = [
        Change(registration_id, booking_id, one.gate.event_id, None, one.state)
        for registration_id, booking_id, one in zip(ids, bookings, admitted, strict=True)
    ]
    _journal(session, actor, changes, None)
    return changes


def release(
    session: Session,
    gate: Gate,
    registration_id: int,
    after: str,
    actor: Actor,
    reason: str | None = None,
) -> Change:
    """End a registration and give back what it holds. Raises ForbiddenArrow."""
    registration = _registration(session, gate, registration_id)
    rules.check_arrow(registration.state, after)
    if registration.state in rules.HOLDING:
        give_back(session, gate, _needs_of(session, registration_id))
    change = Change(registration_id, registration.booking_id, gate.event_id, registration.state, after)
    _set_state(session, gate, [change], seated=False)
    _journal(session, actor, [change], reason)
    return change


def shrink(session: Session, gate: Gate, registration_id: int, less: Mapping[int, int], actor: Actor) -> None:
    """Lower what a registration needs: *less* says by how much, pool by pool.

    Who waits with a smaller party counts as having asked for it only now: nobody who was seated
    before let it be overtaken.
    """
    registration = _registration(session, gate, registration_id)
    if registration.state in rules.HOLDING:
        give_back(session, gate, less)
    by = less[gate.event_pool.id]
    needs = _needs_of(session, registration_id)
    for pool_id, need in less.items():
        row = (RegistrationPool.registration_id == registration_id) & (RegistrationPool.pool_id == pool_id)
        if need == needs[pool_id]:
            session.execute(delete(RegistrationPool).where(row))
        else:
            session.execute(update(RegistrationPool).where(row).values(need=RegistrationPool.need - need))
    session.execute(
        update(Registration)
        .where(Registration.id == registration_id)
        .values(size=Registration.size - by, needs_step=gate.step, changed_at=clock.now())
    )
    note = Note(
        "shrunk",
        event_id=gate.event_id,
        registration_id=registration_id,
        facts={"from": registration.size, "to": registration.size - by},
    )
    record(session, actor, note)


def drain(session: Session, gate: Gate, actor: Actor) -> list[Change]:
    """Give free seats to whoever waits and fits, in turn; stop at once when the event is full.

    At most PROMOTIONS are seated; *is_draining* then tells that more may follow, and the next
    transaction or the sweeper goes on.
    """
    gate.is_draining = False
    free = gate.free()
    if free[gate.event_pool.id] <= 0:
        return []
    line = _line(session, gate, PROMOTIONS)
    chosen = rules.admitted(free, line, gate.policy)
    # A line that was cut short and went to its end may go on beyond the cut.
    gate.is_draining = len(line) == PROMOTIONS and (
        gate.policy == rules.FIRST_FIT or len(chosen) == len(line)
    )
    if not chosen:
        return []
    total: dict[int, int] = {}
    for waiting in chosen:
        for pool_id, need in waiting.needs.items():
            total[pool_id] = total.get(pool_id, 0) + need
    take(session, total)
    for pool_id, need in total.items():
        gate.pools[pool_id].taken += need
    bookings = _bookings_of(session, [waiting.registration_id for waiting in chosen])
    changes = [
        Change(
            waiting.registration_id,
            bookings[waiting.registration_id],
            gate.event_id,
            rules.WAITLISTED,
            rules.CONFIRMED,
        )
        for waiting in chosen
    ]
    _set_state(session, gate, changes, seated=True)
    _journal(session, actor, changes, None)
    return changes


def _is_held_back(session: Session, gate: Gate, claim: Claim) -> bool:
    """Say whether somebody ahead of *claim* must be asked first.

    With first_fit nobody who waits fits (that is the invariant), so a newcomer who fits passes no
    one, except while a promotion is under way.
    """
    if gate.is_draining:
        return True
    if gate.policy == rules.FIRST_FIT:
        return False
    if not gate.knows_waiting:
        gate.waiting_priority = session.connection().execute(_AHEAD, {"event": gate.event_id}).scalar()
        gate.knows_waiting = True
    return gate.waiting_priority is not None and gate.waiting_priority >= claim.priority


def _line(session: Session, gate: Gate, limit: int) -> list[rules.Waiting]:
    """Return the head of the line; with first_fit only those for whom there is room to begin with."""
    query = (
        select(Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.event_id == gate.event_id,
            Registration.state == rules.WAITLISTED,
            # A seat that comes free when all is over, or called off, is nobody's.
            Event.status == "published",
            Event.ends_at > clock.now(),
        )
    )
    if gate.policy == rules.FIRST_FIT:
        query = query.where(~unfitting())
    query = query.order_by(Registration.priority.desc(), Registration.place).limit(limit)
    ids = list(session.scalars(query))
    needs = needs_of_many(session, ids)
    return [rules.Waiting(registration_id, needs[registration_id]) for registration_id in ids]


def unfitting() -> Any:
    """Return the SQL condition that some pool has no room for the registration."""
    return (
        exists()
        .where(
            RegistrationPool.registration_id == Registration.id,
            RegistrationPool.pool_id == Pool.id,
            Pool.taken + RegistrationPool.need > Pool.capacity,
        )
        .correlate(Registration)
    )


def needs_of_many(session: Session, registration_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return what each of *registration_ids* needs of which pool."""
    needs: dict[int, dict[int, int]] = {registration_id: {} for registration_id in registration_ids}
    if registration_ids:
        query = select(
            RegistrationPool.registration_id, RegistrationPool.pool_id, RegistrationPool.need
        ).where(RegistrationPool.registration_id.in_(registration_ids))
        for row in session.execute(query):
            needs[row.registration_id][row.pool_id] = row.need
    return needs


def _needs_of(session: Session, registration_id: int) -> dict[int, int]:
    return needs_of_many(session, [registration_id])[registration_id]


def _bookings_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(select(Registration.id, Registration.booking_id).where(Registration.id.in_(ids)))
    return {row.id: row.booking_id for row in rows}


def _registration(session: Session, gate: Gate, registration_id: int) -> Any:
    return session.execute(
        select(Registration.id, Registration.booking_id, Registration.state, Registration.size).where(
            Registration.id == registration_id, Registration.event_id == gate.event_id
        )
    ).one()


def _set_state(session: Session, gate: Gate, changes: Sequence[Change], *, seated: bool) -> None:
    values: dict[str, Any] = {
        "state": changes[0].after,
        "changed_at": clock.now(),
        "calendar_sequence": Registration.calendar_sequence + 1,
    }
    if seated:
        values["seated_step"] = gate.step
    ids = [change.registration_id for change in changes]
    session.execute(
        update(Registration).where(Registration.id.in_(ids)).values(**values),
        execution_options={"synchronize_session": False},
    )


def _journal(session: Session, actor: Actor, changes: Sequence[Change], reason: str | None) -> None:
    notes = [
        Note(
            "state",
            event_id=change.event_id,
            registration_id=change.registration_id,
            before=change.before,
            after=change.after,
            reason=reason,
        )
        for change in changes
    ]
    record(session, actor, *notes)
