"""Say in words why an event is full, and why somebody has no seat yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from registration.core import clock
from registration.events.models import Event
from registration.journal.wording import in_words
from registration.seats import rules
from registration.seats.line import needs_of_many
from registration.seats.models import Registration
from registration.seats.names import pool_names
from registration.seats.queries import (
    PoolSeats,
    availability,
    line,
    line_policy,
    pools_by_id,
    position,
    takes_place,
)
from registration.seats.rules import LinePolicy, PoolKind
from registration.seats.too_large import stuck

NO_MORE = _l("The event is cancelled or over: nobody gets a seat any more.")


@dataclass(frozen=True)
class Reason:
    """One sentence, and whether it is what stands in the way."""

    sentence: str
    is_obstacle: bool


def why_not_seated(
    needs: Mapping[int, int], pools: Mapping[int, PoolSeats], names: Mapping[int, str], line: LinePolicy
) -> str:
    """Return what keeps a waiting party from its seats: "needs 4, 2 free in the event"."""
    never = [
        _(
            "needs %(need)s, but there are only %(seats)s in %(pool)s: it can never fit as it is, and holds"
            " up nobody",
            need=need,
            seats=pools[one].wanted,
            pool=names[one],
        )
        for one, need in needs.items()
        if pools[one].is_exceeded_by(need)
    ]
    if never:
        return "; ".join(never)
    own = sum(min(need, pools[one].own) for one, need in needs.items())
    lacking = [
        _lacks(pools, one, names[one], need, own)
        for one, need in needs.items()
        if pools[one].room_beside(own) < need
    ]
    return "; ".join(lacking) or str(_why_nobody_gives(line))


def _lacks(pools: Mapping[int, PoolSeats], one: int, name: str, need: int, own: int) -> str:
    """Return which limit is in the way; of a firm's also what is free beside it."""
    pool = pools[one]
    told = _("needs %(need)s, %(free)s free in %(pool)s", need=need, free=pool.room_beside(own), pool=name)
    event = next((each for each in pools.values() if each.kind == "event"), None)
    if pool.kind != PoolKind.FIRM or event is None:
        return str(told)
    beside = ngettext(
        "%(name)s has used %(taken)s of its %(cap)s, %(num)s other seat is free",
        "%(name)s has used %(taken)s of its %(cap)s, %(num)s other seats are free",
        max(event.room_beside(own), 0),
        name=name,
        taken=pool.taken,
        cap=pool.wanted,
    )
    return f"{told} ({beside})"


def _why_nobody_gives(line: LinePolicy) -> object:
    if line.promotion == rules.MANUAL:
        return _("has free seats for all it needs: it waits for the organiser to give them")
    if line.stands_still(clock.now()):
        return _("has free seats for all it needs, but the line is frozen: it waits for the organiser")
    if line.policy == rules.STRICT:
        return _("has free seats for all it needs, but they are kept for those ahead of it")
    return _("has free seats for all it needs: it is promoted with the next change")


def why_event(session: Session, event: Event) -> list[Reason]:
    """Return pool by pool why *event* is or is not full, and why nobody is promoted now."""
    seats = availability(session, [event.id])[event.id]
    names = pool_names(session, event.id)
    reasons = [reason for pool in seats.pools for reason in _why_full(pool, _named(names[pool.id]))]
    return [*reasons, *_why_nobody(session, event, seats.waiting, names)]


def _named(name: str) -> str:
    return name[:1].upper() + name[1:]


def _why_full(pool: PoolSeats, name: str) -> list[Reason]:
    told = _(
        "%(pool)s: %(taken)s of %(capacity)s seats are taken, %(left)s free.",
        pool=name,
        taken=pool.taken,
        capacity=pool.capacity,
        left=pool.left,
    )
    # A firm for which seats are kept may have no limit of its own.
    reasons = [Reason(told, pool.left <= 0)] if pool.wanted < rules.MOST_SEATS else []
    if pool.planned > 0:
        told = _(
            "%(pool)s has %(seats)s seats; %(more)s more are let in on purpose.",
            pool=name,
            seats=pool.seats,
            more=pool.planned,
        )
        reasons.append(Reason(told, False))
    reserve = min(pool.reserve, max(pool.free, 0))
    if reserve:
        told = ngettext(
            "%(num)s free seat is the organiser's reserve, given manually.",
            "%(num)s free seats are the organiser's reserve, given manually.",
            reserve,
        )
        reasons.append(Reason(told, False))
    if pool.own:
        told = ngettext(
            "%(num)s free seat is kept for %(firm)s.",
            "%(num)s free seats are kept for %(firm)s.",
            pool.own,
            firm=name,
        )
        reasons.append(Reason(told, False))
    if pool.taken > pool.wanted:
        told = _(
            "%(pool)s: %(wanted)s seats are wanted, but %(taken)s are taken; nobody is un-seated.",
            pool=name,
            wanted=pool.wanted,
            taken=pool.taken,
        )
        reasons.append(Reason(told, True))
    return reasons


def _why_nobody(session: Session, event: Event, waiting: int, names: Mapping[int, str]) -> list[Reason]:
    if waiting == 0:
        return [Reason(_("Nobody is waiting."), False)]
    told = ngettext("%(num)s party is waiting.", "%(num)s parties are waiting.", waiting)
    reasons = [Reason(told, False)]
    if never := stuck(session, event.id):
        told = ngettext(
            "%(num)s group on the waitlist can never fit as it is: it needs more seats than there are. It"
            " holds up nobody.",
            "%(num)s groups on the waitlist can never fit as they are: they need more seats than there are."
            " They hold up nobody.",
            len(never),
        )
        reasons.append(Reason(told, True))
    if not takes_place(session, event.id):
        return [*reasons, Reason(str(NO_MORE), True)]
    policy = line_policy(session, event.id)
    if policy.policy == rules.STRICT:
        reasons.append(
            Reason(
                _(
                    "Strict order: who does not fit reserves what there is of its seats, and nobody behind"
                    " may have them."
                ),
                False,
            )
        )
    if policy.promotion == rules.MANUAL:
        reasons.append(Reason(_("Free seats are given manually: nobody is promoted by itself."), True))
    elif policy.stands_still(clock.now()):
        reasons.append(Reason(_("The line is frozen: nobody is promoted by itself any more."), True))
    head = next(iter(line(session, event.id)))
    why = why_not_seated(head.needs, pools_by_id(session, head.needs), names, policy)
    reasons.append(Reason(_("The first in line %(why)s.", why=why), True))
    return reasons


def why_registration(session: Session, registration: Registration) -> list[Reason]:
    """Return why one registration has, or has not, its seats, and what would have to change."""
    if registration.state != rules.WAITLISTED:
        told = _(
            "Registration %(id)s: %(state)s. It joined at place %(place)s.",
            id=registration.id,
            state=in_words(registration.state),
            place=registration.place,
        )
        reasons = [Reason(told, registration.state not in rules.HOLDING)]
        if registration.seated_reason:
            told = _("The organiser seated it manually: %(reason)s", reason=registration.seated_reason)
            reasons.append(Reason(told, False))
        return reasons
    if not takes_place(session, registration.event_id):
        told = _(
            "Registration %(id)s waits at place %(place)s.", id=registration.id, place=registration.place
        )
        return [Reason(told, True), Reason(str(NO_MORE), True)]
    rank = position(
        session, registration.event_id, registration.priority, registration.place, registration.part
    )
    needs = needs_of_many(session, [registration.id])[registration.id]
    names = pool_names(session, registration.event_id)
    pools = pools_by_id(session, needs)
    why = why_not_seated(needs, pools, names, line_policy(session, registration.event_id))
    told = _(
        "Registration %(id)s waits as number %(rank)s (place %(place)s): it %(why)s.",
        id=registration.id,
        rank=rank,
        place=registration.place,
        why=why,
    )
    return [Reason(told, True), *_what_would_help(needs, pools, names)]


def _what_would_help(
    needs: Mapping[int, int], pools: Mapping[int, PoolSeats], names: Mapping[int, str]
) -> list[Reason]:
    own = sum(min(need, pools[one].own) for one, need in needs.items())
    return [
        Reason(
            ngettext(
                "It would fit with %(num)s seat more in %(pool)s.",
                "It would fit with %(num)s seats more in %(pool)s.",
                need - pools[one].room_beside(own),
                pool=names[one],
            ),
            False,
        )
        for one, need in needs.items()
        if pools[one].room_beside(own) < need
    ]
