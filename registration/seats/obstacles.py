"""Say to somebody who waits which limit is in the way, and how many seats are free beside it."""

from collections.abc import Collection, Sequence

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registration.core.database import table
from registration.events.models import Category, Event, EventSession
from registration.events.wording import said
from registration.seats import rules
from registration.seats.line import needs_of_many
from registration.seats.models import Pool
from registration.seats.queries import PoolSeats, pools_by_id
from registration.seats.rules import PoolKind


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
    never = [_too_few(pool, name, need) for pool, name, need in named if exceeds(pool, need)]
    if never:
        return [NeverFits(one) for one in never]
    own = sum(min(need, pool.own) for pool, _name, need in named)
    event = next((one for one, _name, _need in named if one.kind == PoolKind.EVENT), None)
    left = 0 if event is None else min(event.seats, room_of(event, own))
    sentences = []
    for pool, name, need in named:
        free = room_of(pool, own)
        if pool.kind == PoolKind.EVENT and shows_seats and 0 < free < need:
            sentences.append(_too_few_free(min(free, pool.seats), need))
        if free >= need or pool.kind == PoolKind.EVENT:
            continue
        sentences.append(_used(pool, name) if free <= 0 else _short(name, min(free, pool.seats), need))
    is_short = any(pool is event and room_of(pool, own) < need for pool, _name, need in named)
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


def exceeds(pool: PoolSeats, need: int) -> bool:
    """Say whether *need* is more than there is; of an event that has no seats yet nobody knows."""
    return need > pool.wanted and not (pool.kind == PoolKind.EVENT and pool.wanted == 0)


def _too_few(pool: PoolSeats, name: str, need: int) -> str:
    seats = min(pool.seats, pool.wanted)
    if pool.kind == PoolKind.EVENT:
        has = ngettext("This event has %(num)s seat now.", "This event has %(num)s seats now.", seats)
    else:
        has = ngettext("%(name)s has %(num)s seat now.", "%(name)s has %(num)s seats now.", seats, name=name)
    told = _(
        "Your party needs %(need)s there, so it can get no seats as it is. Make it smaller, or leave the"
        " waitlist; nobody waits because of it.",
        need=need,
    )
    return f"{has} {told}"


def room_of(pool: PoolSeats, own: int) -> int:
    """Return how many seats of *pool* a party may have that has *own* seats kept for its firm."""
    return min(pool.free, pool.left + own) if pool.kept else pool.free


def _used(pool: PoolSeats, name: str) -> str:
    if pool.seats == 0:
        return str(_("%(name)s: no seats are given.", name=name))
    if pool.kind == PoolKind.FIRM:
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


def names_of(session: Session, pool_ids: Collection[int], locale: str) -> dict[int, tuple[str, bool]]:
    """Return what each pool is called for a reader of *locale*, and whether its event shows numbers."""
    pool = table(Pool)
    rows = session.execute(
        select(
            pool.c.id,
            pool.c.label,
            pool.c.kind,
            Event.shows_seats,
            Category.name.label("category"),
            Category.translations.label("category_words"),
            EventSession.name.label("part"),
            EventSession.translations.label("part_words"),
        )
        .select_from(pool)
        .join(Event, Event.id == pool.c.event_id)
        .outerjoin(Category, and_(pool.c.kind == "category", Category.id == pool.c.subject_id))
        .outerjoin(EventSession, and_(pool.c.kind == "session", EventSession.id == pool.c.subject_id))
        .where(pool.c.id.in_(pool_ids))
    )
    found: dict[int, tuple[str, bool]] = {}
    for row in rows:
        name = row.label
        if row.category is not None:
            name = said(row.category, row.category_words or {}, "name", locale) or row.category
        elif row.part is not None:
            name = said(row.part, row.part_words or {}, "name", locale) or row.part
        found[row.id] = (name, bool(row.shows_seats))
    return found


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
