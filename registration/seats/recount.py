"""Count anew what a gate's pools hold, from the registrations themselves."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import table, write_rows
from registration.journal.reasons import Reason, ReasonCode
from registration.seats import counters, ledger, rules
from registration.seats import gate as gates
from registration.seats.gate import Gate
from registration.seats.line import held, is_holding
from registration.seats.models import Pool, Registration, RegistrationPool
from registration.seats.reservations import written_anew
from registration.seats.rules import PoolKind


def recount(session: Session, gate: Gate) -> list[Reason]:
    """Set every pool, what is kept back and how many wait to what the rows say; return what was wrong."""
    ids = session.scalars(select(Pool.id).where(Pool.event_id == gate.event_id)).all()
    gates.load_pools(session, gate, ids)
    held = {
        pool_id: int(seats)
        for pool_id, seats in session.execute(
            select(RegistrationPool.pool_id, func.sum(RegistrationPool.need))
            .join(Registration, Registration.id == RegistrationPool.registration_id)
            .where(among(RegistrationPool.pool_id, ids), is_holding())
            .group_by(RegistrationPool.pool_id)
        )
    }
    wrong = []
    for pool in gate.pools.values():
        taken = held.get(pool.id, 0)
        if pool.taken != taken:
            facts = {"pool": pool.id, "before": pool.taken, "after": taken}
            wrong.append(Reason(ReasonCode.TAKEN_RECOUNTED, facts))
        pool.taken, pool.capacity = taken, rules.capacity(pool.wanted, taken)
    kept = gate.event_pool.kept
    counters.reckon_kept(gate)
    if gate.event_pool.kept != kept:
        facts = {"pool": gate.event_pool.id, "before": kept, "after": gate.event_pool.kept}
        wrong.append(Reason(ReasonCode.KEPT_RECOUNTED, facts))
    for pool in gate.pools.values():
        values = {"taken": pool.taken, "capacity": pool.capacity, "kept": pool.kept}
        session.execute(update(Pool).where(Pool.id == pool.id).values(**values))
    waiting = _waiting(session, gate.event_id)
    if gate.waiting != waiting:
        wrong.append(Reason(ReasonCode.WAITING_RECOUNTED, {"before": gate.waiting, "after": waiting}))
    gate.waiting = waiting
    gate.reservations = written_anew(session, gate.event_id, gate.policy)
    return wrong


def claim_firms(session: Session, gate: Gate, needs: Mapping[int, Mapping[int, int]]) -> None:
    """Let registrations need the pools of their firms too, and count these: the limits came later."""
    firms = {pool.id for pool in gate.pools.values() if pool.kind == PoolKind.FIRM}
    claims = table(RegistrationPool)
    known = {
        (row.registration_id, row.pool_id)
        for row in session.execute(select(claims).where(among(claims.c.pool_id, firms)))
    }
    rows = [
        {"registration_id": registration_id, "pool_id": pool_id, "need": need}
        for registration_id, needed in needs.items()
        for pool_id, need in needed.items()
        if pool_id in firms and (registration_id, pool_id) not in known
    ]
    write_rows(session, insert(claims), rows)
    recount(session, gate)
    _tell_needs(session, gate, sorted({int(row["registration_id"]) for row in rows}))


def _tell_needs(session: Session, gate: Gate, registration_ids: Sequence[int]) -> None:
    """Write into the ledger that registrations need more limits than they said when they came."""
    if not registration_ids:
        return
    lines = [
        # With no size before: nobody asked for anything (seats/ledger_audit.py).
        ledger.Line(ledger.NEEDS, one.place, one.part, one.size, one.priority, one.needs, "", str(one.size))
        for one in held(session, gate, registration_ids)
    ]
    ledger.append(session, gate, lines)


def _waiting(session: Session, event_id: int) -> int:
    query = select(func.count()).where(
        Registration.event_id == event_id, Registration.state == rules.WAITLISTED
    )
    return int(session.scalar(query) or 0)
