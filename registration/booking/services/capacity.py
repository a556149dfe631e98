"""Change how many are let in; whoever fits then is promoted in the same step."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from registration.booking.messages import announce
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.journal.services import SYSTEM, Actor
from registration.seats import engine, rules
from registration.seats import gate as gates


class CapacityOutOfRange(Refusal):
    """A capacity below zero or above a million."""

    status = 422
    code = "capacity"


def check_wanted(wanted: int) -> None:
    """Raise CapacityOutOfRange unless *wanted* can be a capacity."""
    if not 0 <= wanted <= rules.MOST_SEATS:
        raise CapacityOutOfRange(
            _("Enter a capacity between 0 and %(most)s.", most=rules.MOST_SEATS), field="wanted"
        )


def change_capacity(event_id: int, pool_id: int, wanted: int, actor: Actor) -> int:
    """Ask for another capacity of a pool and return how many parties that promoted.

    A long promotion is cut into several transactions, so that people can register meanwhile.
    Raises CapacityOutOfRange, NotFound, Unavailable.
    """
    check_wanted(wanted)
    promoted, is_draining = write_tx(lambda session: _change(session, event_id, pool_id, wanted, actor))
    while is_draining:
        more, is_draining = write_tx(lambda session: _drain(session, event_id, actor))
        promoted += more
    return promoted


def go_on_draining(event_id: int) -> int:
    """Go on with a promotion that was cut short, as by a crash; return how many it promoted."""
    return write_tx(lambda session: _drain(session, event_id, SYSTEM))[0]


def _change(session: Session, event_id: int, pool_id: int, wanted: int, actor: Actor) -> tuple[int, bool]:
    gate = gates.lock(session, [event_id])[event_id]
    if pool_id not in gate.pools:
        raise NotFound(_("There is no such limit for this event."))
    gates.set_wanted(session, gate, pool_id, wanted, actor)
    return _promote(session, gate, actor)


def _drain(session: Session, event_id: int, actor: Actor) -> tuple[int, bool]:
    return _promote(session, gates.lock(session, [event_id])[event_id], actor)


def _promote(session: Session, gate: gates.Gate, actor: Actor) -> tuple[int, bool]:
    changes = engine.drain(session, gate, actor)
    gates.close(session, gate)
    announce(session, changes, actor=actor)
    return len(changes), gate.is_draining
