"""What the organiser decides of single registrations: approve, reject, seat by hand, merge."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from registration.booking.changes.target import (
    NotNow,
    Target,
    check_decidable,
    locked,
    registration_of,
    settle,
)
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.journal.reasons import Reason, ReasonCode
from registration.journal.services import Actor
from registration.seats import engine, rules
from registration.seats.changing import Held
from registration.seats.gate import Gate
from registration.seats.line import head, held
from registration.seats.models import Registration

# So many of the line are looked at in one go for somebody who would be passed.
_LOOK = 200


class ReasonMissing(Refusal):
    """Somebody is to be seated out of turn, and no reason was given."""

    status = 422
    code = "reason-missing"


class NoSeat(NotNow):
    """There are too few free seats."""

    code = "no-seat"


def approve(target: Target, actor: Actor) -> None:
    """Let a registration in that awaited it: to a seat, else to the waitlist. Raises NotNow, NotFound."""

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            check_decidable(session, registration_of(session, target), rules.PENDING)
            settle(session, gate, [engine.enter_line(session, gate, target.registration_id, actor)], actor)

    write_tx(work)


def reject(target: Target, actor: Actor, reason: str | None = None) -> None:
    """Turn a registration down that awaited approval. Raises NotNow, NotFound."""

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            check_decidable(session, registration_of(session, target), rules.PENDING)
            change = engine.release(session, gate, target.registration_id, rules.REJECTED, actor, reason)
            settle(session, gate, [change], actor, reason)

    write_tx(work)


def seat_by_hand(target: Target, actor: Actor, reason: str = "") -> None:
    """Give one who waits her seats, from the reserve where it takes that.

    Out of turn only with a *reason*, which the ledger shows. Raises ReasonMissing, NoSeat, NotNow, NotFound.
    """

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            registration = registration_of(session, target)
            check_decidable(session, registration, rules.WAITLISTED)
            if not reason.strip() and _passes_somebody(session, gate, registration):
                raise ReasonMissing(
                    _l(
                        "Others are ahead on the waitlist. Enter the reason why this group gets its seats "
                        "first."
                    ),
                    field="reason",
                )
            try:
                change = engine.seat_by_hand(session, gate, registration.id, actor, reason.strip())
            except engine.NotFree:
                raise NoSeat(
                    _l("There are not enough free seats for this party. Raise the capacity first.")
                ) from None
            settle(session, gate, [change], actor)

    write_tx(work)


def merge(keep: Target, drop: Target, actor: Actor) -> None:
    """End *drop*, which is the same people as *keep*. Raises NotNow, NotFound."""

    def work(session: Session) -> None:
        with locked(session, keep) as gate:
            kept, dropped = registration_of(session, keep), registration_of(session, drop)
            if keep == drop or keep.event_id != drop.event_id:
                raise NotNow(_l("Choose another registration of the same event."))
            if kept.state in rules.ENDED:
                raise NotNow(_l("The registration that is to stay has ended. Keep the other one."))
            if dropped.state in rules.ENDED:
                return
            if dropped.state in (rules.CONFIRMED, rules.OFFERED) and kept.state not in (
                rules.CONFIRMED,
                rules.OFFERED,
            ):
                raise NotNow(
                    _l("The other registration has a seat and this one has not. Keep the one with the seat.")
                )
            reason = Reason(ReasonCode.MERGED, {"id": kept.id})
            change = engine.release(session, gate, dropped.id, rules.CANCELLED, actor, reason)
            settle(session, gate, [change], actor, tells=False)

    write_tx(work)


def _passes_somebody(session: Session, gate: Gate, registration: Registration) -> bool:
    """Say whether somebody ahead would fit now, or would lose what she has reserved in a strict line."""
    mine = held(session, gate, [registration.id])[0]
    if gate.policy == rules.STRICT:
        return _takes_reserved(session, gate, mine)
    return any(rules.fits(one.needs, gate.rooms()) for one in _ahead(head(session, gate, _LOOK), mine))


def _takes_reserved(session: Session, gate: Gate, mine: Held) -> bool:
    left = gate.rooms()
    event = left[gate.event_pool.id]
    event.kept -= engine.spared(gate, mine.needs)
    if not rules.fits(mine.needs, left):
        return False
    last = None
    while True:
        line = head(session, gate, _LOOK, last)
        ahead = _ahead(line, mine)
        for one in ahead:
            rules.reserve(one.needs, left)
        if not rules.fits(mine.needs, left):
            return True
        if len(ahead) < _LOOK:
            return False
        last = line[-1]


def _ahead(line: Sequence[Held], mine: Held) -> list[Held]:
    turn = -mine.priority, mine.place, mine.part
    return [one for one in line if (-one.priority, one.place, one.part) < turn]
