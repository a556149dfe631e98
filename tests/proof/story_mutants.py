"""Rules broken that random walks seldom meet: each is found in a story (tests/proof/stories.py)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from registration.booking.admission import pool_needs
from registration.booking.changes import attendance, verify_address
from registration.booking.changes import cancel as changes_cancel
from registration.booking.changes import decide as changes_decide
from registration.booking.changes import move as changes_move
from registration.booking.changes import party as changes_party
from registration.booking.changes import target as changes_target
from registration.booking.tasks import sweep as tasks_sweep
from registration.seats import counters, engine, parties, rules
from registration.seats import gate as gates
from registration.seats.models import Registration
from tests.proof.breaking import Mutation, Without, locked_with, without_drain
from tests.proof.event_mutants import OF_EVENTS, OF_FIRMS
from tests.proof.strict_mutants import OF_STRICT


def _approval_not_asked() -> Mutation:
    """Whoever must be approved sits at once."""
    return locked_with(needs_approval=False)


def _address_not_asked() -> Mutation:
    """Whoever must confirm an address sits at once."""
    return locked_with(confirms_address=False)


def _pending_holds() -> Mutation:
    """Whoever awaits approval takes seats."""
    entry = engine._entry_state

    def seated(session: Session, gate: Any, claim: Any) -> tuple[str, bool]:
        state, is_seated = entry(session, gate, claim)
        return state, is_seated or state == rules.PENDING

    return [(engine, "_entry_state", seated)]


def _approval_skipped() -> Mutation:
    """Whoever confirms an address needs no approval any more."""
    enter = engine.enter_line

    def entering(session: Session, gate: Any, *args: Any) -> Any:
        asks, gate.needs_approval = gate.needs_approval, False
        try:
            return enter(session, gate, *args)
        finally:
            gate.needs_approval = asks

    return [(verify_address, "engine", Without(engine, enter_line=entering))]


def _holds_forever() -> Mutation:
    """The hold of an address that nobody confirms never ends."""
    return [(tasks_sweep, "_holds", lambda: 0)]


def _late_confirmation() -> Mutation:
    """A hold that has ended lets in whoever comes late."""
    return [(verify_address, "rules", Without(rules, ENDED=frozenset(), UNVERIFIED="-"))]


def _approved_jumps() -> Mutation:
    """Whoever is approved waits, though there are seats."""
    return [(engine, "would_sit", lambda *_args: False)]


def _hand_without_reason() -> Mutation:
    """The organiser passes others and gives no reason."""
    return [(changes_decide, "_passes_somebody", lambda *_args: False)]


def _hand_unrecorded() -> Mutation:
    """That somebody was seated by hand is not written down."""
    set_states = engine.set_states

    def silent(*args: Any, **values: Any) -> Any:
        return set_states(*args[:5], None, **{**values, "by_hand": False})

    return [(engine, "set_states", silent)]


def _hand_by_itself() -> Mutation:
    """Seats that go by hand go by themselves."""
    return [(gates.Gate, "stands_still", lambda _gate, _at: False)]


def _hand_overtaken() -> Mutation:
    """Newcomers take the seats that wait for the organiser's hand."""
    return [(engine, "left_for", lambda _session, gate, _priority: gate.rooms())]


def _rejected_untold() -> Mutation:
    """Whoever is turned down gets no mail."""
    return [
        (
            changes_decide,
            "settle",
            lambda session, gate, _changes, *args: changes_target.settle(session, gate, [], *args),
        )
    ]


def _needs_without(kind: str) -> Mutation:
    needs = pool_needs._needs

    def fewer(gate: Any, size: int, counts: Any, firms: Any) -> Any:
        kept = {subject: count for subject, count in counts.items() if subject[0] != kind}
        return needs(gate, size, kept, {} if kind == "firm" else firms)

    return [(pool_needs, "_needs", fewer)]


def _session_ignored() -> Mutation:
    """Sessions have no limit."""
    return _needs_without("session")


def _firm_ignored() -> Mutation:
    """Firms have no limit."""
    return _needs_without("firm")


def _allotment_open() -> Mutation:
    """What is kept for a firm goes to anybody."""

    def nothing(gate: Any) -> None:
        gate.event_pool.kept = gate.event_pool.reserve

    return [(counters, "reckon_kept", nothing)]


def _allotment_kept() -> Mutation:
    """What firms did not use by the date agreed stays kept."""
    return [(tasks_sweep, "_allotments", lambda: 0)]


def _old_choice_kept() -> Mutation:
    """Whoever changes her choice keeps the seat of the old one as well."""
    return [(parties, "counters", Without(counters, give_back=lambda *_args: None))]


def _choice_overtakes() -> Mutation:
    """Whoever changes her choice overtakes a strict line."""
    return [(parties, "left_for", lambda _session, _gate, _priority, rooms: rooms)]


def _needs_unchanged() -> Mutation:
    """Whoever waits and grows needs no more than before."""
    return [(parties, "replace_needs", lambda *_args: None)]


def _changed_untold() -> Mutation:
    """Whoever changes her choice gets no mail."""
    return [(changes_party, "announce_choice", lambda *_args, **_values: None)]


def _grows_onto_none() -> Mutation:
    """More people wait where there is no waitlist."""
    return [(changes_party, "check_may_wait", lambda *_args: None)]


def _moves_onto_none() -> Mutation:
    """Whoever moves waits where there is no waitlist."""
    return [(changes_move, "check_may_wait", lambda *_args: None)]


def _moves_twice() -> Mutation:
    """Whoever waits to move moves on, and ends with two seats."""
    return [(changes_move, "check_state", lambda *_args: None)]


def _moved_too_early() -> Mutation:
    """Whoever moves gives up what she has before the new seat is certain."""

    def join(session: Session, admitted: Any, bookings: Any, actor: Any) -> Any:
        changes = engine.join(session, admitted, bookings, actor)
        row = session.get_one(Registration, changes[0].registration_id)
        old = session.get_one(Registration, row.replaces_id)
        gate = changes_move.gates.lock(session, [old.event_id])[old.event_id]
        if old.state == rules.CONFIRMED:
            engine.release(session, gate, old.id, rules.CANCELLED, actor)
        return changes

    return [(changes_move, "engine", Without(engine, join=join))]


def _move_unfinished() -> Mutation:
    """Whoever waited elsewhere and got a seat there keeps the old one as well."""
    return [(tasks_sweep, "waiting_moves", lambda _session: [])]


def _move_without_drain() -> Mutation:
    return without_drain(changes_move)


def _move_without_priority() -> Mutation:
    """Whoever moves counts as having no priority."""
    return [(changes_move, "priority_of", lambda *_args: 0)]


def _rank_kept() -> Mutation:
    """Whoever waits keeps the rank of a category that she has no more."""
    return [(changes_party, "priority_of", lambda *_args: None)]


def _split_to_the_end() -> Mutation:
    """The people of a party that is split go to the end of the line."""

    def last(claim: Any, gate: Any, _place: int, *args: Any, **values: Any) -> Any:
        place, gate.next_place = gate.next_place, gate.next_place + 1
        return engine.Admitted(claim, gate, place, *args, **values)

    return [(parties, "Admitted", last)]


# By the story that brings them to light.
def _seat_of_who_is_in_ends() -> Mutation:
    """Who came in loses the seat as anybody else."""
    return [(engine, "check_empty", lambda *_args: None)]


def _one_who_is_in_given_back() -> Mutation:
    """One of a party who came in is given back."""
    return [(changes_cancel, "check_empty", lambda *_args: None)]


def _moved_from_inside() -> Mutation:
    """Who came in moves to another event."""
    return [(changes_move, "check_empty", lambda *_args: None)]


def _check_in_uncounted() -> Mutation:
    """Nobody counts who came in."""
    return [(attendance, "count_in", lambda *_args: None)]


OF_DOORS: dict[str, Callable[[], Mutation]] = {
    "seat of who is in ends": _seat_of_who_is_in_ends,
    "one who is in is given back": _one_who_is_in_given_back,
    "moved from inside": _moved_from_inside,
    "check-in is not counted": _check_in_uncounted,
}
OF_STORIES: dict[str, dict[str, Callable[[], Mutation]]] = {
    "inside": OF_DOORS,
    "reserved": OF_STRICT,
    "asked": {
        "approval not asked for": _approval_not_asked,
        "address not asked for": _address_not_asked,
        "pending holds seats": _pending_holds,
        "approval skipped by an address": _approval_skipped,
        "hold of an address without end": _holds_forever,
        "late confirmation lets in": _late_confirmation,
        "approved and not seated": _approved_jumps,
        "by hand past others without a reason": _hand_without_reason,
        "by hand and not recorded": _hand_unrecorded,
        "by hand given by itself": _hand_by_itself,
        "by hand taken by newcomers": _hand_overtaken,
        "rejected and not told": _rejected_untold,
    },
    "changed": {
        "limit of a session ignored": _session_ignored,
        "limit of a firm ignored": _firm_ignored,
        "allotment open to all": _allotment_open,
        "allotment never released": _allotment_kept,
        "old choice keeps its seat": _old_choice_kept,
        "choice overtakes a strict line": _choice_overtakes,
        "choice changed and not told": _changed_untold,
        "growth needs no seats": _needs_unchanged,
        "grown onto no waitlist": _grows_onto_none,
        "moved onto no waitlist": _moves_onto_none,
        "moved twice": _moves_twice,
        "moved before it is certain": _moved_too_early,
        "old seat kept after the move": _move_unfinished,
        "move forgets to drain": _move_without_drain,
        "priority of who moves ignored": _move_without_priority,
        "rank of the old category kept": _rank_kept,
        "split goes to the end": _split_to_the_end,
    },
    "organised": OF_EVENTS,
    "agreed": OF_FIRMS,
}
