"""Change how many are let in; whoever fits then is promoted in the same step."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from registration.booking.notifications.consequences import Tell, asking
from registration.booking.notifications.notify import announce
from registration.booking.notifications.too_large import telling_too_large
from registration.core import optimistic_lock
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.journal.services import SYSTEM, Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.gate import Terms
from registration.seats.limits import set_wanted
from registration.seats.queries import pools_by_id


class CapacityOutOfRange(Refusal):
    """A capacity below zero or above a million."""

    status = 422
    code = "capacity"


def check_terms(terms: Terms) -> None:
    """Raise CapacityOutOfRange at the field that cannot be as it is."""
    if not 0 <= terms.seats <= rules.MOST_SEATS:
        raise CapacityOutOfRange(
            _("Enter a capacity between 0 and %(most)s.", most=rules.MOST_SEATS), field="wanted"
        )
    if terms.overbooking < 0 or terms.wanted > rules.MOST_SEATS:
        raise CapacityOutOfRange(
            _("With what is planned beyond, at most %(most)s can be let in.", most=rules.MOST_SEATS),
            field="overbooking",
        )
    if not 0 <= terms.reserve <= terms.wanted:
        raise CapacityOutOfRange(
            _("Keep back between 0 and %(most)s seats.", most=terms.wanted), field="reserve"
        )


def values_of(terms: Terms) -> dict[str, object]:
    """Return what a form shows of *terms*, by the names of its fields."""
    return {
        "wanted": terms.seats,
        "overbooking": terms.overbooking,
        "overbooking_unit": "percent" if terms.is_percent else "people",
        "reserve": terms.reserve,
    }


def change_capacity(
    event_id: int,
    pool_id: int,
    wanted: int | Terms,
    actor: Actor,
    seen: str = "",
    *,
    tell: Tell = True,
) -> int:
    """Ask for another capacity of a pool and return how many parties that promoted.

    A long promotion is cut into several transactions, so that people can register meanwhile.
    *seen* are the marks of the form. Raises CapacityOutOfRange, ChangedMeanwhile, NotFound, Unavailable;
    ToBeTold where *tell* does not say that whoever is concerned is told.
    """
    terms = Terms(wanted) if isinstance(wanted, int) else wanted
    check_terms(terms)
    promoted, is_draining = write_tx(
        lambda session: _change(session, event_id, pool_id, terms, actor, seen, tell)
    )
    while is_draining:
        more, is_draining = write_tx(lambda session: _drain(session, event_id, actor))
        promoted += more
    return promoted


def go_on_draining(event_id: int) -> int:
    """Go on with a promotion that was cut short, as by a crash; return how many it promoted."""
    return write_tx(lambda session: _drain(session, event_id, SYSTEM))[0]


def _change(
    session: Session,
    event_id: int,
    pool_id: int,
    terms: Terms,
    actor: Actor,
    seen: str,
    tell: Tell,
) -> tuple[int, bool]:
    with asking(session, event_id, tell) as asked, gates.locked(session, event_id) as gate:
        if pool_id not in gate.pools:
            raise NotFound(_("There is no such limit for this event."))
        if terms.wanted < gate.pools[pool_id].allotted:
            # Nobody else could have what is kept, and the firm could not either.
            raise CapacityOutOfRange(
                _("The firm may not have fewer seats than are kept for it."), field="wanted"
            )
        stored = pools_by_id(session, [pool_id])[pool_id].terms
        optimistic_lock.check(seen, values_of(stored), values_of(terms))
        with telling_too_large(session, event_id):
            set_wanted(session, gate, pool_id, terms, actor)
        done = _promote(session, gate, actor)
        asked.has_more = gate.is_draining
    return done


def _drain(session: Session, event_id: int, actor: Actor) -> tuple[int, bool]:
    with gates.locked(session, event_id) as gate:
        return _promote(session, gate, actor)


def _promote(session: Session, gate: gates.Gate, actor: Actor) -> tuple[int, bool]:
    changes = engine.drain(session, gate, actor)
    announce(session, changes, actor=actor)
    return len(changes), gate.is_draining
