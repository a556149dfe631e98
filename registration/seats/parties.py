"""Change what a registration needs, and let a party that waits go on as single people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table, write_rows
from registration.journal.services import Actor
from registration.seats import counters, ledger, rules
from registration.seats.attendance import check_empty
from registration.seats.changing import Held, note_changed_size
from registration.seats.counters import left_for
from registration.seats.engine import NEEDS, Admitted, Claim, join
from registration.seats.gate import Gate
from registration.seats.line import held
from registration.seats.models import Registration, RegistrationPool
from registration.seats.reservations import written_anew
from registration.seats.too_large import check_can_ever_fit


def change_needs(
    session: Session,
    gate: Gate,
    registration_id: int,
    size: int,
    needs: Mapping[int, int],
    actor: Actor,
    priority: int | None = None,
) -> bool:
    """Let a registration need something else; say whether that could be had.

    Who sits keeps what she has until the other is certain. Who waits with other needs counts as
    having asked for them only now, with the *priority* that goes with them: nobody who was seated
    before let her be overtaken, and nobody keeps a rank that she has no more.
    """
    one = held(session, gate, [registration_id])[0]
    check_empty(max(0, one.inside - size), actor)
    check_can_ever_fit(session, gate, needs, one.needs)
    if one.is_seated and not _exchange(session, gate, one, needs):
        return False
    before = one
    if not one.is_seated and priority is not None:
        one = replace(one, priority=priority)
        gate.forget_waiting()
    if one.state == rules.WAITLISTED:
        gate.count_waiting(before.needs, before.priority, -1)
        gate.count_waiting(needs, one.priority)
    replace_needs(session, registration_id, needs)
    note_needs(session, gate, one, size, needs, actor)
    return True


def _exchange(session: Session, gate: Gate, one: Held, needs: Mapping[int, int]) -> bool:
    """Take what *needs* has more than before and give back what it has less; False where it is not free."""
    change = Counter(needs)
    change.subtract(one.needs)
    more = {pool_id: count for pool_id, count in change.items() if count > 0}
    less = {pool_id: -count for pool_id, count in change.items() if count < 0}
    if more:
        rooms = gate.rooms()
        for pool_id, count in less.items():
            rooms[pool_id].free += count
        # Whom the event has already let in needs no seat of it again: only what is new must be free.
        left = left_for(session, gate, one.priority, rooms)
        if left is None or not rules.fits(more, left):
            return False
    if less:
        counters.give_back(session, gate, less)
    if more:
        counters.occupy(gate, more)
        counters.take(session, gate, more)
    return True


def replace_needs(session: Session, registration_id: int, needs: Mapping[int, int]) -> None:
    """Write what a registration needs from now on."""
    pools = table(RegistrationPool)
    session.execute(pools.delete().where(pools.c.registration_id == registration_id))
    rows = [
        {"registration_id": registration_id, "pool_id": pool_id, "need": need}
        for pool_id, need in needs.items()
    ]
    write_rows(session, NEEDS, rows)


def note_needs(
    session: Session, gate: Gate, one: Held, size: int, needs: Mapping[int, int], actor: Actor
) -> None:
    """Write that a registration is of another size or needs something else, here and in the ledger."""
    registrations = table(Registration)
    session.execute(
        registrations.update()
        .where(registrations.c.id == one.id)
        .values(size=size, priority=one.priority, needs_step=gate.step, changed_at=clock.now())
    )
    line = ledger.Line(ledger.NEEDS, one.place, one.part, size, one.priority, needs, str(one.size), str(size))
    ledger.append(session, gate, [line])
    note_changed_size(session, actor, gate.event_id, one, size)


def split(
    session: Session, gate: Gate, registration_id: int, members: Sequence[Mapping[int, int]], actor: Actor
) -> list[int]:
    """Let each of a waiting party wait for itself, at the same place; return the id of each.

    *members* are the needs of each. The first keeps the registration. Raises ForbiddenArrow.
    """
    one = held(session, gate, [registration_id])[0]
    if one.state != rules.WAITLISTED:
        raise rules.ForbiddenArrow("only who waits can be split")
    row = session.get_one(Registration, registration_id)
    next_part = (
        1
        + session.scalars(
            select(Registration.part)
            .where(Registration.event_id == gate.event_id, Registration.booking_id == one.booking_id)
            .order_by(Registration.part.desc())
            .limit(1)
        ).one()
    )
    replace_needs(session, registration_id, members[0])
    note_needs(session, gate, one, 1, members[0], actor)
    admitted = []
    for number, needs in enumerate(members[1:]):
        claim = Claim(1, needs, one.priority, row.calendar_sequence)
        admitted.append(
            Admitted(claim, gate, one.place, next_part + number, gate.step, rules.WAITLISTED, is_seated=False)
        )
    gate.waiting += len(admitted)
    gate.count_waiting(one.needs, one.priority, -1)
    for needs in members:
        gate.count_waiting(needs, one.priority)
    changes = join(session, admitted, [one.booking_id] * len(admitted), actor)
    return [registration_id, *(change.registration_id for change in changes)]


def walk_by(session: Session, gate: Gate, policy: str) -> None:
    """Walk the line by another *policy* from now on.

    Who waits counts as asking only now: the old rule let others past her rightly.
    """
    registrations = table(Registration)
    session.execute(
        registrations.update()
        .where(registrations.c.event_id == gate.event_id, registrations.c.state == rules.WAITLISTED)
        .values(needs_step=gate.step)
    )
    ledger.append(session, gate, [ledger.Line(ledger.POLICY, 0, 0, 0, 0, {}, gate.policy, policy)])
    gate.policy = policy
    gate.reservations = written_anew(session, gate.event_id, policy)
