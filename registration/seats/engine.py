"""The engine: lock the gate, change, drain. Every function runs inside one write transaction.

Nobody changes seats but through here, and nothing of an event is read before its gate is locked:
a value read earlier may be gone by the time it is used (docs/architecture.md).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import insert_all, table, write_rows
from registration.journal.reasons import Reason
from registration.journal.services import Actor
from registration.seats import counters, ledger, rules
from registration.seats.attendance import check_empty
from registration.seats.changing import Change, Held, note_changes, set_states
from registration.seats.counters import left_for
from registration.seats.gate import Gate
from registration.seats.line import head, held, times_of
from registration.seats.models import Registration, RegistrationPool

# How many are promoted in one transaction: a raised capacity must not hold the gate for long.
PROMOTIONS = 200

NEEDS = insert(table(RegistrationPool))
_JOIN = insert(table(Registration)).returning(table(Registration).c.id, sort_by_parameter_order=True)


@dataclass(frozen=True)
class Claim:
    """What asks for seats: a party, what it needs of which pool, and how it is ranked.

    *is_trusted* claims need neither approval nor a confirmed address; *replaces_id* is the
    registration for another event that is given back once this one is certain.
    """

    size: int
    needs: Mapping[int, int]
    priority: int = 0
    calendar_sequence: int = 0
    is_trusted: bool = False
    replaces_id: int | None = None


@dataclass(frozen=True)
class Admitted:
    """A claim that has its place in the line, and its seats if it sits; `join` writes it down."""

    claim: Claim
    gate: Gate
    place: int
    part: int
    step: int
    state: str
    is_seated: bool
    kept_seats: int = 0


def would_sit(session: Session, gate: Gate, claim: Claim) -> bool:
    """Say whether *claim* gets seats if it is admitted now."""
    left = left_for(session, gate, claim.priority)
    return left is not None and rules.fits(claim.needs, left)


def admit(session: Session, gate: Gate, claim: Claim, beside: Admitted | None = None) -> Admitted:
    """Put *claim* at the end of the line; it sits at once if nobody ahead of it could.

    Decided under the lock and not yet written: many claims are admitted, then joined together.
    *beside* is the claim of the same party whose place this one shares.
    """
    state, is_seated = _entry_state(session, gate, claim)
    kept = counters.occupy(gate, claim.needs) if is_seated else 0
    if state == rules.WAITLISTED:
        gate.waiting += 1
        gate.count_waiting(claim.needs, claim.priority)
        if rules.can_ever_fit(claim.needs, gate.rooms()):
            gate.meet_waiting(claim.priority)
    # A step for each: who was let past whom must show within a batch too.
    gate.step += 1
    if beside is not None:
        return Admitted(claim, gate, beside.place, beside.part + 1, gate.step, state, is_seated, kept)
    place, gate.next_place = gate.next_place, gate.next_place + 1
    return Admitted(claim, gate, place, 0, gate.step, state, is_seated, kept)


def join(
    session: Session, admitted: Sequence[Admitted], bookings: Sequence[int], actor: Actor
) -> list[Change]:
    """Write down who was *admitted*, each with the id of its booking, and take their seats."""
    at = clock.now()
    _take_all(session, admitted)
    receipts = _receipts(session, admitted)
    rows = [
        {
            "event_id": one.gate.event_id,
            "booking_id": booking_id,
            "place": one.place,
            "part": one.part,
            "size": one.claim.size,
            "state": one.state,
            "priority": one.claim.priority,
            "needs_step": one.step,
            "seated_step": one.step if one.is_seated else None,
            "kept_seats": one.kept_seats,
            "hold_expires_at": _hold_end(one, at),
            "calendar_sequence": one.claim.calendar_sequence,
            "receipt": receipt,
            "replaces_id": one.claim.replaces_id,
            "created_at": at,
            "changed_at": at,
        }
        for one, booking_id, receipt in zip(admitted, bookings, receipts, strict=True)
    ]
    ids = insert_all(session, _JOIN, rows)
    needs = [
        {"registration_id": registration_id, "pool_id": pool_id, "need": need}
        for registration_id, one in zip(ids, admitted, strict=True)
        for pool_id, need in one.claim.needs.items()
    ]
    write_rows(session, NEEDS, needs)
    changes = [
        Change(registration_id, booking_id, one.gate.event_id, None, one.state)
        for registration_id, booking_id, one in zip(ids, bookings, admitted, strict=True)
    ]
    note_changes(session, actor, changes, None)
    return changes


def release(
    session: Session,
    gate: Gate,
    registration_id: int,
    after: str,
    actor: Actor,
    reason: Reason | str | None = None,
) -> Change:
    """End a registration and give back what it holds. Raises ForbiddenArrow."""
    return release_all(session, gate, [registration_id], after, actor, reason)[0]


def release_all(
    session: Session,
    gate: Gate,
    registration_ids: Sequence[int],
    after: str,
    actor: Actor,
    reason: Reason | str | None = None,
) -> list[Change]:
    """End registrations and give back what they hold, in one step: the only way a seat ends as a whole.

    Raises ForbiddenArrow, HolderIsIn.
    """
    found = held(session, gate, registration_ids)
    freed: Counter[int] = Counter()
    for one in found:
        rules.check_arrow(one.state, after)
        check_empty(one.inside, actor)
        if one.is_seated:
            freed.update(one.needs)
    if freed:
        counters.give_back(session, gate, freed)
    return set_states(session, gate, found, after, actor, reason)


def drain(session: Session, gate: Gate, actor: Actor) -> list[Change]:
    """Give free seats to whoever waits and fits, in turn; stop at once when the event is full.

    At most PROMOTIONS are seated; *is_draining* then tells that more may follow, and the next
    transaction or the sweeper goes on. Where seats go by hand or the line is frozen, nobody moves.
    """
    gate.is_draining = False
    ledger.tell_limits(session, gate)
    at = clock.now()
    if gate.waiting == 0 or gate.event_pool.free <= 0 or gate.stands_still(at):
        return []
    by_rule = _drain_strict if gate.policy == rules.STRICT else _drain_first_fit
    return by_rule(session, gate, actor, at)


def _drain_first_fit(session: Session, gate: Gate, actor: Actor, at: datetime) -> list[Change]:
    changes: list[Change] = []
    while gate.waiting > 0 and gate.event_pool.free > 0:
        if len(changes) >= PROMOTIONS:
            gate.is_draining = True
            break
        # No more than that can get a seat: nobody reads the whole line for the one seat that came free.
        most = min(PROMOTIONS - len(changes), gate.event_pool.free)
        line = head(session, gate, most)
        chosen = _first_of(line, gate.rooms(), gate.policy)
        changes += _promoted(session, gate, chosen, actor, at)
        if len(line) < most or not chosen:
            break
    return changes


def _drain_strict(session: Session, gate: Gate, actor: Actor, at: datetime) -> list[Change]:
    """Walk from the front until everything is seated or reserved; each who waits takes one seat at least."""
    changes: list[Change] = []
    left = gate.rooms()
    last = None
    while rules.is_some_left(left[gate.event_pool.id], left):
        if len(changes) >= PROMOTIONS:
            gate.is_draining = True
            break
        most = min(PROMOTIONS - len(changes), left[gate.event_pool.id].free)
        line = head(session, gate, most, last)
        # Pools of firms are known once somebody needs them.
        left = {**gate.rooms(), **left}
        changes += _promoted(session, gate, _first_of(line, left, gate.policy), actor, at)
        if len(line) < most:
            break
        last = line[-1]
    return changes


def _first_of(line: Sequence[Held], left: rules.Rooms, policy: str) -> list[Held]:
    """Return who of *line* gets seats now, and take that and what is reserved out of *left*."""
    waiting = [rules.Waiting(one.id, one.needs) for one in line]
    ids = {one.registration_id for one in rules.walk(left, waiting, policy)}
    return [one for one in line if one.id in ids]


def _promoted(
    session: Session, gate: Gate, chosen: Sequence[Held], actor: Actor, at: datetime
) -> list[Change]:
    if not chosen:
        return []
    kept = _seat(session, gate, chosen)
    deadline = _offer_end(session, gate, at)
    after = rules.CONFIRMED if deadline is None else rules.OFFERED
    return set_states(session, gate, chosen, after, actor, seats=kept, offer_expires_at=deadline)


def _seat(session: Session, gate: Gate, chosen: Sequence[Held]) -> dict[int, int]:
    """Take the seats of *chosen*; return how many of each one's were kept for it."""
    total: Counter[int] = Counter()
    kept = {}
    for one in chosen:
        total.update(one.needs)
        kept[one.id] = counters.occupy(gate, one.needs)
    counters.take(session, gate, total)
    return kept


def seat_by_hand(session: Session, gate: Gate, registration_id: int, actor: Actor, reason: str) -> Change:
    """Give one who waits her seats by the organiser's hand, from the reserve where the rest is not enough.

    Raises ForbiddenArrow, NotFree.
    """
    one = held(session, gate, [registration_id])[0]
    rules.check_arrow(one.state, rules.CONFIRMED)
    from_reserve = spared(gate, one.needs)
    rooms = gate.rooms()
    rooms[gate.event_pool.id].kept -= from_reserve
    if not rules.fits(one.needs, rooms):
        raise NotFree(registration_id)
    if from_reserve:
        counters.spend_reserve(session, gate, from_reserve)
    kept = _seat(session, gate, [one])
    kept[one.id] += from_reserve
    changes = set_states(
        session, gate, [one], rules.CONFIRMED, actor, reason or None, seats=kept, by_hand=True
    )
    return changes[0]


def spared(gate: Gate, needs: Mapping[int, int]) -> int:
    """Return how many seats of the organiser's reserve it takes to seat a party by hand."""
    pool = gate.event_pool
    if rules.fits(needs, gate.rooms()):
        return 0
    return min(pool.reserve, max(0, needs[pool.id] - max(0, pool.free - pool.kept)))


class NotFree(Exception):
    """The seats that somebody is to get by hand are not there."""


def accept(session: Session, gate: Gate, registration_id: int, actor: Actor) -> Change:
    """Turn an offer into a seat for good. Raises ForbiddenArrow."""
    one = held(session, gate, [registration_id])[0]
    if one.state != rules.OFFERED:
        raise rules.ForbiddenArrow(f"{one.state} is no offer")
    return set_states(session, gate, [one], rules.CONFIRMED, actor)[0]


def enter_line(session: Session, gate: Gate, registration_id: int, actor: Actor) -> Change:
    """Let one who was unverified or pending in: to her seats if they are free, else into the line.

    Her place is the one she joined with; what was given away meanwhile was not asked for by her yet.
    Raises ForbiddenArrow.
    """
    one = held(session, gate, [registration_id])[0]
    if one.is_seated:
        return set_states(session, gate, [one], rules.CONFIRMED, actor)[0]
    if one.state == rules.UNVERIFIED and gate.needs_approval:
        return set_states(session, gate, [one], rules.PENDING, actor)[0]
    claim = Claim(one.size, one.needs, one.priority)
    if would_sit(session, gate, claim):
        kept = _seat(session, gate, [one])
        return set_states(session, gate, [one], rules.CONFIRMED, actor, seats=kept)[0]
    return set_states(session, gate, [one], rules.WAITLISTED, actor, asks_now=True)[0]


def _entry_state(session: Session, gate: Gate, claim: Claim) -> tuple[str, bool]:
    """Return in which state *claim* joins, and whether it has seats in it."""
    if gate.needs_approval and not claim.is_trusted:
        return (rules.UNVERIFIED if gate.confirms_address else rules.PENDING), False
    is_seated = would_sit(session, gate, claim)
    if gate.confirms_address and not claim.is_trusted:
        return rules.UNVERIFIED, is_seated
    return (rules.CONFIRMED if is_seated else rules.WAITLISTED), is_seated


def _take_all(session: Session, admitted: Sequence[Admitted]) -> None:
    taken: dict[int, tuple[Gate, Counter[int]]] = {}
    for one in admitted:
        if one.is_seated:
            taken.setdefault(one.gate.event_id, (one.gate, Counter()))[1].update(one.claim.needs)
    for gate, total in taken.values():
        counters.take(session, gate, total)


def _receipts(session: Session, admitted: Sequence[Admitted]) -> list[str]:
    """Write who was admitted into the ledgers; return the hash of each, in their order."""
    lines: dict[int, list[int]] = {}
    for index, one in enumerate(admitted):
        lines.setdefault(one.gate.event_id, []).append(index)
    receipts = [""] * len(admitted)
    for indices in lines.values():
        gate = admitted[indices[0]].gate
        told = [_joined(admitted[index]) for index in indices]
        for index, receipt in zip(indices, ledger.append(session, gate, told), strict=True):
            receipts[index] = receipt
    return receipts


def _joined(one: Admitted) -> ledger.Line:
    claim = one.claim
    # Whose address is not confirmed, and who has no seat, asks for nothing yet.
    is_asking = one.is_seated or one.state != rules.UNVERIFIED
    needs = ledger.with_kept(claim.needs, one.kept_seats) if is_asking else {}
    return ledger.Line(ledger.STATE, one.place, one.part, claim.size, claim.priority, needs, "", one.state)


def _hold_end(one: Admitted, at: datetime) -> datetime | None:
    return at + timedelta(minutes=one.gate.hold_minutes) if one.state == rules.UNVERIFIED else None


def _offer_end(session: Session, gate: Gate, at: datetime) -> datetime | None:
    """Return until when a seat given now must be accepted, or None where it is given for good."""
    if gate.promotion != rules.OFFER:
        return None
    starts_at, zone = times_of(session, gate.event_id)
    if not rules.makes_offers(gate.promotion, gate.direct_hours, starts_at, at):
        return None
    return rules.offer_deadline(at, gate.offer_hours, gate.quiet_from, gate.quiet_until, zone, starts_at)
