"""Answer an offer: a seat that is kept for a while."""

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
from registration.core import clock
from registration.core.transaction import write_tx
from registration.journal.services import SYSTEM, Actor
from registration.seats import engine, rules


class OfferEnded(NotNow):
    """The offer was answered after its deadline."""

    code = "offer-ended"


def accept(target: Target, actor: Actor) -> None:
    """Take the seat that is offered; again is no error. Raises OfferEnded, NotNow, NotFound."""
    if not write_tx(lambda session: _accept(session, target, actor)):
        raise OfferEnded(_l("This offer has expired, and the seat was released. You can register again."))


def decline(target: Target, actor: Actor) -> None:
    """Leave the seat that is offered to the next in line; again is no error. Raises NotNow, NotFound."""
    write_tx(lambda session: _decline(session, target, actor))


def _accept(session: Session, target: Target, actor: Actor) -> bool:
    with locked(session, target) as gate:
        registration = registration_of(session, target)
        if registration.state == rules.CONFIRMED:
            return True
        if registration.state == rules.EXPIRED:
            return False
        check_decidable(session, registration, rules.OFFERED)
        # The clock is read after the lock: who was in time when she pressed may have waited here since.
        deadline = registration.offer_expires_at
        if deadline is not None and clock.now() >= deadline:
            change = engine.release(session, gate, registration.id, rules.EXPIRED, SYSTEM)
            settle(session, gate, [change], SYSTEM)
            return False
        settle(session, gate, [engine.accept(session, gate, registration.id, actor)], actor)
        return True


def _decline(session: Session, target: Target, actor: Actor) -> None:
    with locked(session, target) as gate:
        registration = registration_of(session, target)
        if registration.state in (rules.DECLINED, rules.EXPIRED):
            return
        check_decidable(session, registration, rules.OFFERED)
        settle(session, gate, [engine.release(session, gate, registration.id, rules.DECLINED, actor)], actor)
