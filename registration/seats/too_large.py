"""Refuse a party that can never fit, in words: how many seats there are, and how many may come."""

from collections.abc import Mapping

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registration.core.refusal import Refusal
from registration.events.models import Event
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.line import is_coming
from registration.seats.models import Pool, Registration, RegistrationPool
from registration.seats.names import names_of
from registration.seats.queries import PoolSeats, pools_by_id
from registration.seats.rules import PoolKind

_FIELDS = {"category": "category", "session": "sessions", "firm": "firm"}


class TooLarge(Refusal):
    """More people are asked for than there are seats in all: nobody lets them wait for what cannot come."""

    status = 422
    code = "too-large"


def check_can_ever_fit(
    session: Session, gate: Gate, needs: Mapping[int, int], had: Mapping[int, int] | None = None
) -> None:
    """Raise TooLarge at the field of the limit that *needs* exceeds, were nobody else there.

    What somebody *had* already she may keep, though a limit was lowered meanwhile.
    """
    more = {pool_id: need for pool_id, need in needs.items() if need > (had or {}).get(pool_id, 0)}
    if gate.event_pool.wanted == 0:
        # Before the organiser says how many seats there are, everybody waits for them.
        more.pop(gate.event_pool.id, None)
    if rules.can_ever_fit(more, gate.rooms()):
        return
    pools = pools_by_id(session, more)
    # A limit of a part says more than the event's own.
    pool_id = max(one for one, need in more.items() if need > pools[one].wanted)
    name = names_of(session, [pool_id], str(get_locale()))[pool_id][0]
    pool = pools[pool_id]
    raise TooLarge(_sentence(pool, name, more[pool_id]), field=_FIELDS.get(pool.kind))


def stuck(session: Session, event_id: int) -> frozenset[int]:
    """Return who waits for more of a limit than there is: they can never fit as they are.

    The index has the needs, so that nobody else is read. Of an event that has no seats yet nobody knows.
    """
    query = (
        select(Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .join(RegistrationPool, RegistrationPool.registration_id == Registration.id)
        .join(Pool, and_(Pool.id == RegistrationPool.pool_id, RegistrationPool.need > Pool.wanted))
        .where(
            Pool.event_id == event_id,
            (Pool.kind != PoolKind.EVENT) | (Pool.wanted > 0),
            Registration.state == rules.WAITLISTED,
            *is_coming(),
        )
    )
    return frozenset(session.scalars(query.distinct()))


def _sentence(pool: PoolSeats, name: str, need: int) -> str:
    # Planned over-booking is nobody's business outside.
    seats = pool.seats
    if seats <= 0:
        return str(_("%(name)s has no seats. Choose another option.", name=name))
    if pool.kind == PoolKind.EVENT:
        has = ngettext(
            "This event has %(num)s seat; you asked for %(need)s.",
            "This event has %(num)s seats; you asked for %(need)s.",
            seats,
            need=need,
        )
        fits = ngettext("Register at most %(num)s person.", "Register at most %(num)s people.", seats)
    else:
        has = ngettext(
            "%(name)s has %(num)s seat; you asked for %(need)s.",
            "%(name)s has %(num)s seats; you asked for %(need)s.",
            seats,
            name=name,
            need=need,
        )
        fits = ngettext(
            "Register at most %(num)s person there.", "Register at most %(num)s people there.", seats
        )
    return f"{has} {fits}"
