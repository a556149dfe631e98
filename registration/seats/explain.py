"""Say in words why an event is full, and why somebody has no seat yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.models import Category, Event
from registration.seats import rules
from registration.seats.models import Registration
from registration.seats.queries import PoolSeats, availability, line, policy_of, position


@dataclass(frozen=True)
class Reason:
    """One sentence, and whether it is what stands in the way."""

    sentence: str
    is_obstacle: bool


def pool_names(session: Session, event_id: int) -> dict[int, str]:
    """Return what each pool of an event is called, by the pool's id."""
    seats = availability(session, [event_id])[event_id]
    names = dict(
        session.execute(select(Category.id, Category.name).where(Category.event_id == event_id)).all()
    )
    found = {seats.event.id: _("the event")}
    for category_id, pool in seats.categories.items():
        found[pool.id] = names.get(category_id, "?")
    return found


def why_not_seated(needs: Mapping[int, int], pools: Mapping[int, PoolSeats], names: Mapping[int, str]) -> str:
    """Return what keeps a waiting party from its seats: "needs 4, 2 free in the event"."""
    lacking = [
        _("needs %(need)s, %(free)s free in %(pool)s", need=need, free=pools[one].left, pool=names[one])
        for one, need in needs.items()
        if pools[one].left < need
    ]
    return "; ".join(lacking) or _("everything it needs is free: it is promoted with the next change")


def why_event(session: Session, event: Event) -> list[Reason]:
    """Return pool by pool why *event* is or is not full, and why nobody is promoted now."""
    seats = availability(session, [event.id])[event.id]
    names = pool_names(session, event.id)
    pools = [seats.event, *seats.categories.values()]
    reasons = [
        Reason(
            _(
                "%(pool)s: %(taken)s of %(capacity)s seats are taken, %(left)s free.",
                pool=names[pool.id].capitalize(),
                taken=pool.taken,
                capacity=pool.capacity,
                left=pool.left,
            ),
            pool.left <= 0,
        )
        for pool in pools
    ]
    reasons += [
        Reason(
            _(
                "%(pool)s: %(wanted)s seats are wanted, but %(taken)s are taken; nobody is un-seated.",
                pool=names[pool.id].capitalize(),
                wanted=pool.wanted,
                taken=pool.taken,
            ),
            True,
        )
        for pool in pools
        if pool.taken > pool.wanted
    ]
    return [*reasons, *_why_nobody(session, event, seats.waiting)]


def _why_nobody(session: Session, event: Event, waiting: int) -> list[Reason]:
    if waiting == 0:
        return [Reason(_("Nobody is waiting."), False)]
    told = ngettext("%(num)s party is waiting.", "%(num)s parties are waiting.", waiting)
    reasons = [Reason(told, False)]
    if policy_of(session, event.id) == rules.STRICT:
        reasons.append(Reason(_("Strict order: the first party blocks until it fits."), False))
    pools = {pool.id: pool for pool in _pools(session, event.id)}
    head = next(iter(line(session, event.id)))
    sentence = why_not_seated(head.needs, pools, pool_names(session, event.id))
    reasons.append(Reason(_("The first in line %(why)s.", why=sentence), True))
    return reasons


def why_registration(session: Session, registration: Registration) -> list[Reason]:
    """Return why one registration has, or has not, its seats."""
    if registration.state != rules.WAITLISTED:
        told = _(
            "Registration %(id)s is %(state)s; it joined at place %(place)s.",
            id=registration.id,
            state=registration.state,
            place=registration.place,
        )
        return [Reason(told, registration.state not in rules.HOLDING)]
    rank = position(session, registration.event_id, registration.priority, registration.place)
    waiting = {one.registration_id: one for one in line(session, registration.event_id)}
    pools = {pool.id: pool for pool in _pools(session, registration.event_id)}
    why = why_not_seated(waiting[registration.id].needs, pools, pool_names(session, registration.event_id))
    told = _(
        "Registration %(id)s waits as number %(rank)s (place %(place)s): it %(why)s.",
        id=registration.id,
        rank=rank,
        place=registration.place,
        why=why,
    )
    return [Reason(told, True)]


def _pools(session: Session, event_id: int) -> list[PoolSeats]:
    seats = availability(session, [event_id])[event_id]
    return [seats.event, *seats.categories.values()]
