"""Change how many seats a limit has: who waits may begin or cease to fit by it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from registration.journal.services import Actor, Note, record
from registration.seats import counters, rules
from registration.seats.gate import Gate, Limit, Terms
from registration.seats.line import held
from registration.seats.models import Pool
from registration.seats.reservations import in_between


def set_wanted(session: Session, gate: Gate, pool_id: int, terms: Terms, actor: Actor) -> None:
    """Ask for other *terms* of a pool; lowering it un-seats nobody."""
    pool = gate.pools[pool_id]
    before = pool.wanted
    _want(session, gate, pool, terms.wanted)
    pool.capacity = rules.capacity(pool.wanted, pool.taken)
    pool.reserve = terms.reserve
    counters.reckon_kept(gate)
    session.execute(
        update(Pool)
        .where(Pool.id == pool_id)
        .values(
            seats=terms.seats,
            overbooking=terms.overbooking,
            overbooking_is_percent=terms.is_percent,
            wanted=pool.wanted,
            capacity=pool.capacity,
            reserve=pool.reserve,
        )
    )
    counters.write_kept(session, gate)
    note = Note(
        "capacity",
        event_id=gate.event_id,
        before=str(before),
        after=str(pool.wanted),
        facts={"pool": pool.kind, "subject": pool.subject_id, "reserve": pool.reserve},
    )
    record(session, actor, note)


def _want(session: Session, gate: Gate, pool: Limit, wanted: int) -> None:
    """Let *pool* have as many seats; who can never fit by it any more reserves nothing."""
    fewer, more = sorted((pool.wanted, wanted))
    changing = []
    if gate.policy == rules.STRICT and fewer != more:
        changing = held(session, gate, in_between(session, pool.id, fewer, more))
    # Counted with the greater number in force: that is when they count at all.
    pool.wanted = more
    for one in changing:
        gate.count_waiting(one.needs, one.priority, 1 if wanted == more else -1)
    pool.wanted = wanted
