"""Say to somebody who waits which limit is in the way, and how many seats are free beside it."""

from collections.abc import Collection, Sequence

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from registration.seats import rules
from registration.seats.line import needs_of_many
from registration.seats.names import names_of
from registration.seats.queries import PoolSeats, pools_by_id


def obstacles(session: Session, registration_ids: Collection[int], locale: str) -> dict[int, list[str]]:
    """Return what is in the way of each of these waiting registrations, in three statements for all."""
    if not registration_ids:
        return {}
    needs = needs_of_many(session, list(registration_ids))
    wanted = {pool_id for each in needs.values() for pool_id in each}
    pools = pools_by_id(session, wanted)
    told = names_of(session, wanted, locale)
    found = {}
    for registration_id, needed in needs.items():
        named = [(pools[one], told[one][0], need) for one, need in needed.items()]
        shows = any(told[one][1] for one in needed)
        found[registration_id] = in_the_way(named, shows_seats=shows)
    return found


def in_the_way(named: Sequence[tuple[PoolSeats, str, int]], *, shows_seats: bool) -> list[str]:
    """Return a sentence for each limit (pool, its name, seats needed) that has too few seats.

    *shows_seats* says whether numbers of free seats are public here.
    """
    never = [_too_few(pool, name, need) for pool, name, need in named if pool.is_exceeded_by(need)]
    if never:
        return [NeverFits(one) for one in never]
    own = sum(min(need, pool.own) for pool, _name, need in named)
    event = next((one for one, _name, _need in named if one.kind == "event"), None)
    left = 0 if event is None else min(event.seats, event.room_beside(own))
    sentences = []
    for pool, name, need in named:
        free = pool.room_beside(own)
        if pool.kind == "event" and shows_seats and 0 < free < need:
            sentences.append(_too_few_free(min(free, pool.seats), need))
        if free >= need or pool.kind == "event":
            continue
        sentences.append(_used(pool, name) if free <= 0 else _short(name, min(free, pool.seats), need))
    is_short = any(pool is event and pool.room_beside(own) < need for pool, _name, need in named)
    if sentences and shows_seats and left > 0 and not is_short:
        sentences[-1] += " " + ngettext(
            "%(num)s other seat of the event is free.", "%(num)s other seats of the event are free.", left
        )
    return sentences


def _too_few_free(free: int, need: int) -> str:
    told = ngettext(
        "%(num)s seat is free; you asked for %(asked)s.",
        "%(num)s seats are free; you asked for %(asked)s.",
        free,
        asked=need,
    )
    return str(told)


class NeverFits(str):
    """The sentence for a party that needs more than there is: it holds up nobody, and has no turn."""


def _too_few(pool: PoolSeats, name: str, need: int) -> str:
    seats = min(pool.seats, pool.wanted)
    if pool.kind == "event":
        has = ngettext("This event has %(num)s seat now.", "This event has %(num)s seats now.", seats)
    else:
        has = ngettext("%(name)s has %(num)s seat now.", "%(name)s has %(num)s seats now.", seats, name=name)
    told = _(
        "Your party needs %(need)s there, so it can get no seats as it is. Make it smaller, or leave the"
        " waitlist; nobody waits because of it.",
        need=need,
    )
    return f"{has} {told}"


def _used(pool: PoolSeats, name: str) -> str:
    if pool.seats == 0:
        return str(_("%(name)s: no seats are given.", name=name))
    if pool.kind == "firm":
        return str(
            ngettext(
                "%(name)s has used its %(num)s seat.",
                "%(name)s has used its %(num)s seats.",
                pool.seats,
                name=name,
            )
        )
    return str(
        ngettext(
            "%(name)s: its %(num)s seat is taken.",
            "%(name)s: its %(num)s seats are taken.",
            pool.seats,
            name=name,
        )
    )


def _short(name: str, free: int, need: int) -> str:
    return str(
        ngettext(
            "%(name)s: %(num)s seat is free, and you need %(need)s.",
            "%(name)s: %(num)s seats are free, and you need %(need)s.",
            free,
            name=name,
            need=need,
        )
    )


def limits_of(session: Session, registration_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the limits beside the event's own that hold for these, as lines that change only with them."""
    if not registration_ids:
        return {}
    needs = needs_of_many(session, list(registration_ids))
    wanted = {pool_id for each in needs.values() for pool_id in each}
    pools, names = pools_by_id(session, wanted), names_of(session, wanted, str(get_locale()))
    return {
        registration_id: [
            f"{names[one][0]}: {pools[one].seats}"
            for one in needed
            if pools[one].kind != "event" and pools[one].wanted < rules.MOST_SEATS
        ]
        for registration_id, needed in needs.items()
    }
