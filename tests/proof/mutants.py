"""The engine with one rule broken. Each must be noticed: a proof that cannot fail proves nothing."""

import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registration.booking.admission import batch as admission_batch
from registration.booking.admission import pool_needs
from registration.booking.changes import cancel as cancelling
from registration.booking.changes import offers as changes_offers
from registration.booking.changes import target as changes_target
from registration.booking.event_settings import capacity as capacities
from registration.booking.notifications import notify as notifications_notify
from registration.booking.tasks import sweep as tasks_sweep
from registration.core import clock, transaction
from registration.core.database import db
from registration.mail import outbox
from registration.seats import counters, engine, line, parties, rules
from registration.seats import gate as gates
from registration.seats.models import Pool, Registration
from registration.seats.models import Queue as GateRow
from tests.proof.breaking import Mutation, Without, locked_with, without_drain
from tests.proof.story_mutants import OF_STORIES


@contextmanager
def broken(mutant: str) -> Iterator[None]:
    """Break one rule of the engine while the context lasts; "" breaks none."""
    with ExitStack() as patched:
        for place, name, replacement in MUTANTS[mutant]() if mutant else []:
            patched.callback(setattr, place, name, getattr(place, name))
            setattr(place, name, replacement)
        yield


def _without_lock() -> Mutation:
    """Nothing is locked: no row on PostgreSQL, no write transaction from the start on SQLite."""
    if db.engine.dialect.name == "sqlite":
        return [(transaction, "WRITING", {"tx": "read"})]
    columns = gates.LOCK.selected_columns
    unlocked = select(*columns).where(GateRow.event_id.in_(bindparam("ids", expanding=True)))
    return [(gates, "LOCK", unlocked)]


def _gate_after_read() -> Mutation:
    """The pools are read before the gate is locked, and believed afterwards."""
    once, lock = transaction._once, gates.lock
    stale: dict[int, int] = {}

    def read_first(work: Any) -> Any:
        with db.engine.connect() as connection:
            stale.update({row.id: row.taken for row in connection.execute(select(Pool.id, Pool.taken))})
        time.sleep(0.01)
        return once(work)

    def believing(session: Any, event_ids: Any) -> Any:
        locked = lock(session, event_ids)
        for gate in locked.values():
            for pool in gate.pools.values():
                pool.taken = stale[pool.id]
        return locked

    return [(transaction, "_once", read_first), (gates, "lock", believing)]


def _cancel_without_drain() -> Mutation:
    return without_drain(changes_target)


def _capacity_without_drain() -> Mutation:
    return without_drain(capacities)


def _newcomer_jumps() -> Mutation:
    """Seats that come free go to the end of the line."""
    head = engine.head

    def from_the_end(*args: Any) -> Any:
        return list(reversed(head(*args)))

    return [(engine, "head", from_the_end)]


def _priority_ignored() -> Mutation:
    """The line goes by place alone."""
    return [(line, "in_line", lambda: (Registration.place, Registration.part))]


def _newcomer_without_priority() -> Mutation:
    """Whoever joins counts as having no priority."""

    def claim(**values: Any) -> Any:
        return engine.Claim(**{**values, "priority": 0})

    return [(admission_batch, "engine", Without(engine, Claim=claim))]


def _strict_as_first_fit() -> Mutation:
    """The head of a strict line does not block."""
    return locked_with(policy=rules.FIRST_FIT)


def _first_fit_as_strict() -> Mutation:
    """The head of the line blocks although seats stay empty."""
    return locked_with(policy=rules.STRICT)


def _line_looked_at_once() -> Mutation:
    """A promotion stops after as many of the line as there were seats, whether they fitted or not."""
    looked: list[bool] = []
    head, drain = engine.head, engine.drain

    def first_look(*args: Any) -> Any:
        looked.append(True)
        return head(*args) if len(looked) == 1 else []

    def draining(*args: Any) -> Any:
        looked.clear()
        return drain(*args)

    return [(engine, "head", first_look), (engine, "drain", draining)]


def _shrink_keeps_seats() -> Mutation:
    """A smaller party keeps the seats of who left."""
    shrunk: list[bool] = []
    change, give_back = parties.change_needs, counters.give_back

    def changing(*args: Any) -> bool:
        shrunk.append(True)
        try:
            return change(*args)
        finally:
            shrunk.pop()

    def kept(*args: Any) -> None:
        if not shrunk:
            give_back(*args)

    return [(parties, "change_needs", changing), (counters, "give_back", kept)]


def _cancel_keeps_seats() -> Mutation:
    """A cancelled registration gives nothing back."""
    return [(counters, "give_back", lambda *_args: None)]


def _category_ignored() -> Mutation:
    """Only the event's own limit counts."""
    needs = pool_needs._needs
    return [(pool_needs, "_needs", lambda gate, size, _counts, firms: needs(gate, size, {}, firms))]


def _capacity_unseats_count() -> Mutation:
    """A lowered capacity lets people in as long as the old one was not reached."""
    return [(rules, "capacity", lambda wanted, taken: max(wanted, taken + 1))]


def _mail_outside() -> Mutation:
    """Mail is decided after the commit, in a transaction of its own."""
    enqueue = outbox.enqueue

    def later(session: Session, *told: Any) -> None:
        transaction.after_commit(
            session, lambda: transaction.write_tx(lambda another: enqueue(another, *told))
        )

    return [(notifications_notify, "enqueue", later)]


def _change_outside() -> Mutation:
    """Cancelling and promoting are two transactions."""

    def commit_first(session: Session, gate: Any, actor: Any) -> list[Any]:
        session.commit()
        return engine.drain(session, gate, actor)

    return [(changes_target, "engine", Without(engine, drain=commit_first))]


def _promoted_untold() -> Mutation:
    """Whoever is promoted gets no mail."""
    announce = notifications_notify.announce

    def silent(session: Session, changes: Sequence[Any], *args: Any, **values: Any) -> None:
        told = [change for change in changes if change.before != rules.WAITLISTED]
        announce(session, told, *args, **values)

    return [(changes_target, "announce", silent), (capacities, "announce", silent)]


def _key_forgotten() -> Mutation:
    """A form that was sent before is taken for a new one."""
    return [(admission_batch.AdmissionBatch, "_repeated", lambda _desk, _asked: None)]


def _place_given_twice() -> Mutation:
    """The gate does not remember the next place."""
    close = gates.close

    def forgetful(session: Session, gate: Any) -> None:
        gate.next_place = max(1, gate.next_place - 1)
        close(session, gate)

    return [(gates, "close", forgetful)]


def _waitlist_though_none() -> Mutation:
    """An event without a waitlist puts people on one."""
    return [(admission_batch.AdmissionBatch, "_check_may_wait", lambda *_args: None)]


def _together_apart() -> Mutation:
    """Seats in every event or none are given in some."""
    return [(admission_batch.AdmissionBatch, "_check_together", lambda *_args: None)]


def _cancel_again() -> Mutation:
    """What has ended ends once more and gives its seats back again."""

    @contextmanager
    def locked(session: Session, target: Any) -> Iterator[Any]:
        with changes_target.locked(session, target) as gate:
            session.execute(
                update(Registration)
                .where(Registration.id == target.registration_id, Registration.state == rules.CANCELLED)
                .values(state=rules.CONFIRMED)
            )
            yield gate

    return [(cancelling, "locked", locked)]


def _waiting_miscounted() -> Mutation:
    """Who joins the line is not counted: then nobody seems to wait."""
    admit = engine.admit

    def uncounted(session: Session, gate: Any, claim: Any, beside: Any = None) -> Any:
        before = gate.waiting
        admitted = admit(session, gate, claim, beside)
        gate.waiting = before
        return admitted

    return [(engine, "admit", uncounted)]


def _late_offer_taken() -> Mutation:
    """An offer is accepted without looking at its deadline."""
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    return [(changes_offers, "clock", Without(clock, now=lambda: long_ago))]


def _offer_is_a_seat() -> Mutation:
    """Whoever is promoted gets the seat, though it should be offered."""
    return [(engine, "_offer_end", lambda *_args: None)]


def _expired_without_drain() -> Mutation:
    """What ends by itself promotes nobody."""

    def settle(session: Session, gate: Any, changes: Any, actor: Any, **values: Any) -> list[Any]:
        gates.close(session, gate)
        notifications_notify.announce(session, changes, actor=actor)
        return []

    return [(tasks_sweep, "settle", settle)]


# Those that one client alone brings to light, step by step.
OF_RULES: dict[str, Callable[[], Mutation]] = {
    "cancel forgets to drain": _cancel_without_drain,
    "capacity changes without drain": _capacity_without_drain,
    "newcomer jumps the line": _newcomer_jumps,
    "priority ignored in the line": _priority_ignored,
    "priority of a newcomer ignored": _newcomer_without_priority,
    "strict treated as first fit": _strict_as_first_fit,
    "first fit treated as strict": _first_fit_as_strict,
    "line looked at once": _line_looked_at_once,
    "shrink forgets to give back": _shrink_keeps_seats,
    "cancel forgets to give back": _cancel_keeps_seats,
    "limit of a category ignored": _category_ignored,
    "lowered capacity not in force": _capacity_unseats_count,
    "mail outside the transaction": _mail_outside,
    "promotion in a second transaction": _change_outside,
    "promoted and not told": _promoted_untold,
    "form sent again taken for new": _key_forgotten,
    "a place given twice": _place_given_twice,
    "waitlist where there is none": _waitlist_though_none,
    "together given apart": _together_apart,
    "what has ended cancelled again": _cancel_again,
    "who waits is not counted": _waiting_miscounted,
    "offer given as a seat": _offer_is_a_seat,
    "expiry forgets to drain": _expired_without_drain,
}
# Those that need a crowd.
OF_LOCKS: dict[str, Callable[[], Mutation]] = {
    "no lock": _without_lock,
    "gate after the read": _gate_after_read,
}
# Those that need an answer between a deadline and the sweeper.
OF_DEADLINES: dict[str, Callable[[], Mutation]] = {"late offer taken": _late_offer_taken}
MUTANTS = dict(ChainMap(OF_RULES, *OF_STORIES.values(), OF_LOCKS, OF_DEADLINES))
