"""Say to somebody who waits which limit is in the way, and how many seats are free beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import table
from registration.core.transaction_cache import once
from registration.events.models import Category, Event, EventSession
from registration.events.wording import said
from registration.seats import rules
from registration.seats.models import Pool, RegistrationPool
from registration.seats.queries import LIMIT, PoolSeats
from registration.seats.rules import PoolKind


def obstacles(session: Session, registration_ids: Collection[int], locale: str) -> dict[int, list[str]]:
    """Return what is in the way of each of these waiting registrations, in one statement for all."""
    if not registration_ids:
        return {}
    found = {}
    for registration_id, needs in _needs(session, registration_ids).items():
        named = [(one.pool, one.name(locale), one.need) for one in needs]
        found[registration_id] = in_the_way(named, shows_seats=any(one.shows_seats for one in needs))
    return found


@dataclass(frozen=True)
class _Need:
    """What a registration needs of one limit, and what that is called."""

    pool: PoolSeats
    need: int
    shows_seats: bool
    own_name: str
    words: Mapping[str, Mapping[str, Any]]

    def name(self, locale: str) -> str:
        return said(self.own_name, self.words, "name", locale) or self.own_name


def _needs(session: Session, registration_ids: Collection[int]) -> dict[int, list[_Need]]:
    """Return what each of these needs of which limit, in one statement, once in a snapshot."""
    ids = tuple(sorted(registration_ids))
    return once(session, ("needs", ids), lambda: _read(session, ids))


def _read(session: Session, ids: Sequence[int]) -> dict[int, list[_Need]]:
    pool, needed = table(Pool), table(RegistrationPool)
    rows = session.execute(
        select(
            needed.c.registration_id,
            needed.c.need,
            Event.shows_seats,
            Category.name.label("category"),
            Category.translations.label("category_words"),
            EventSession.name.label("part"),
            EventSession.translations.label("part_words"),
            *LIMIT,
        )
        .select_from(needed)
        .join(pool, pool.c.id == needed.c.pool_id)
        .join(Event, Event.id == pool.c.event_id)
        .outerjoin(Category, and_(pool.c.kind == "category", Category.id == pool.c.subject_id))
        .outerjoin(EventSession, and_(pool.c.kind == "session", EventSession.id == pool.c.subject_id))
        .where(among(needed.c.registration_id, ids))
        .order_by(needed.c.registration_id, pool.c.id)
    )
    found: dict[int, list[_Need]] = {one: [] for one in ids}
    for row in rows:
        words = row.category_words or row.part_words or {}
        pool_now = PoolSeats(*row[-len(LIMIT) :])
        name = row.category or row.part or pool_now.label
        found[row.registration_id].append(_Need(pool_now, row.need, bool(row.shows_seats), name, words))
    return found


def in_the_way(named: Sequence[tuple[PoolSeats, str, int]], *, shows_seats: bool) -> list[str]:
    """Return a sentence for each limit (pool, its name, seats needed) that has too few seats.

    *shows_seats* says whether numbers of free seats are public here.
    """
    never = [_too_few(pool, name, need) for pool, name, need in named if pool.is_exceeded_by(need)]
    if never:
        return [NeverFits(one) for one in never]
    own = sum(min(need, pool.own) for pool, _name, need in named)
    event = next((one for one, _name, _need in named if one.kind == PoolKind.EVENT), None)
    left = 0 if event is None else min(event.seats, event.room_beside(own))
    sentences = []
    for pool, name, need in named:
        free = pool.room_beside(own)
        if pool.kind == PoolKind.EVENT and shows_seats and 0 < free < need:
            sentences.append(_too_few_free(min(free, pool.seats), need))
        if free >= need or pool.kind == PoolKind.EVENT:
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
    if pool.kind == PoolKind.EVENT:
        has = ngettext("This event has %(num)s seat now.", "This event has %(num)s seats now.", seats)
    else:
        has = ngettext("%(name)s has %(num)s seat now.", "%(name)s has %(num)s seats now.", seats, name=name)
    if need == 1:
        alone = _("Choose something else on your page, or leave the waitlist; nobody waits because of you.")
        return f"{has} {alone}"
    told = _(
        "Your party needs %(need)s there, so it can get no seats as it is. Make it smaller, or leave the"
        " waitlist; nobody waits because of it.",
        need=need,
    )
    return f"{has} {told}"


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


def limits_of(session: Session, registration_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the limits beside the event's own that hold for these, as lines that change only with them."""
    if not registration_ids:
        return {}
    locale = str(get_locale())
    return {
        registration_id: [
            f"{one.name(locale)}: {one.pool.seats}"
            for one in needs
            if one.pool.kind != PoolKind.EVENT and one.pool.wanted < rules.MOST_SEATS
        ]
        for registration_id, needs in _needs(session, registration_ids).items()
    }
