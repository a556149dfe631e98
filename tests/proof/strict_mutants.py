"""Rules of the strict line broken: what those who wait have reserved is given away, or kept for nobody."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import false
from sqlalchemy.orm import Session

from registration.seats import counters, engine, line, parties, rules
from registration.seats import gate as gates
from tests.proof.breaking import Mutation, Without


def _newcomer_takes_reserved() -> Mutation:
    """Whoever joins a strict line sits if there is room, whatever those who wait have reserved."""

    def free(_session: Session, gate: Any, _priority: int, rooms: Any = None) -> Any:
        return None if gate.is_draining else rooms or gate.rooms()

    return [(engine, "left_for", free), (parties, "left_for", free)]


def _reservation_forgotten() -> Mutation:
    """Who does not fit in a strict line reserves nothing: the walk seats those behind."""
    return [(engine, "rules", Without(rules, walk=lambda left, line, _policy: rules.walk(left, line, "")))]


def _reservation_kept_after_leaving() -> Mutation:
    """Who waits no more still counts as waiting."""
    count = gates.Gate.count_waiting

    def counting(gate: Any, needs: Any, priority: int, parties: int = 1) -> None:
        if parties > 0:
            count(gate, needs, priority, parties)

    return [(gates.Gate, "count_waiting", counting)]


def _impossible_party_reserves() -> Mutation:
    """Who needs more than there is keeps seats from those who could have them."""
    return [(rules, "can_ever_fit", lambda _needs, _rooms: True), (line, "can_never_fit", false)]


def _head_blocks() -> Mutation:
    """Nobody passes who waits first in a strict line, even if that delays nobody."""

    def blocked(session: Session, gate: Any, priority: int, rooms: Any = None) -> Any:
        left = counters.left_for(session, gate, priority, rooms)
        waits = gate.policy == rules.STRICT and gate.reservations.ahead(session, gate.pools, priority)
        return None if waits else left

    return [(engine, "left_for", blocked)]


OF_STRICT: dict[str, Callable[[], Mutation]] = {
    "newcomer takes a reserved seat": _newcomer_takes_reserved,
    "reservation forgotten": _reservation_forgotten,
    "reservation kept after leaving": _reservation_kept_after_leaving,
    "head of a strict line blocks": _head_blocks,
    "impossible party reserves": _impossible_party_reserves,
}
