"""The tables and the model in one form, so that any difference is a sentence."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from registration.booking.models import Booking
from registration.booking.rules import key_hash
from registration.core.among import among
from registration.core.database import db
from registration.events.models import Event
from registration.mail.models import OutgoingMessage
from registration.proof.model import Model
from registration.proof.plans import EVENT
from registration.proof.room import ENDED, Room
from registration.proof.stage import Hall, Stage
from registration.seats.models import Pool, Registration, RegistrationPool

# Mails that concern a whole form, not one hall.
_OF_FORMS = frozenset({"link", "programme", "verify"})


@dataclass(frozen=True)
class Row:
    """One registration. *key* names its form."""

    place: int
    part: int
    key: str
    state: str
    size: int
    priority: int
    needs: tuple[tuple[str, int], ...]


@dataclass
class Picture:
    """All that must be the same: for each hall whether it is closed and whether it is cancelled, its pools
    (wanted, taken) and its rows; the mails decided."""

    phases: list[tuple[bool, bool]]
    pools: list[dict[str, tuple[int, int]]]
    rows: list[list[Row]]
    mails: Counter[tuple[str, int, str]]


def of_model(model: Model) -> Picture:
    """Return how it should be."""
    return Picture(
        [(room.is_closed, room.is_off) for room in model.rooms],
        [_pools(room) for room in model.rooms],
        [_rows(room) for room in model.rooms],
        Counter(model.mails),
    )


def _pools(room: Room) -> dict[str, tuple[int, int]]:
    """Return what there is and what is taken; the limits of firms are there once somebody has come."""
    taken = room.taken()
    names = [*room.wanted, *(name for name in taken if name.startswith("@"))]
    return {name: (room.limit(name), taken[name]) for name in names}


def _rows(room: Room) -> list[Row]:
    return [
        Row(
            one.place,
            one.part,
            one.form.key,
            one.state,
            # What ended keeps the size it had.
            one.size,
            one.priority,
            tuple(sorted(room.needs(one).items())) if one.state not in ENDED else (),
        )
        for one in room.entries
    ]


def of_tables(stage: Stage, keys: "list[str]") -> Picture:
    """Return how it is. *keys* are the forms that were sent."""
    names = {key_hash(f"{stage.name}:{key}"): key for key in keys}
    halls = {hall.id: number for number, hall in enumerate(stage.halls)}
    db.session.rollback()
    events = select(Event.id, Event.closes_at, Event.status).where(among(Event.id, halls))
    phases = {
        halls[row.id]: (row.closes_at is not None, row.status == "cancelled")
        for row in db.session.execute(events)
    }
    pools: list[dict[str, tuple[int, int]]] = [{} for _hall in stage.halls]
    pool_names: dict[int, str] = {}
    for pool in db.session.scalars(select(Pool).where(among(Pool.event_id, halls))):
        number = halls[pool.event_id]
        name = pool_names[pool.id] = _name(stage.halls[number], pool)
        pools[number][name] = (pool.wanted, pool.taken)
    needs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for need in db.session.execute(
        select(RegistrationPool.registration_id, RegistrationPool.pool_id, RegistrationPool.need)
        .join(Registration, Registration.id == RegistrationPool.registration_id)
        .where(among(Registration.event_id, halls))
    ):
        needs[need.registration_id].append((pool_names[need.pool_id], need.need))
    rows: list[list[Row]] = [[] for _hall in stage.halls]
    for one in db.session.execute(
        select(Registration, Booking.submit_key)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(among(Registration.event_id, halls))
        .order_by(Registration.place)
    ):
        row, key = one.Registration, names.get(one.submit_key, "?")
        # What ended needs nothing: limits that came later count it no more.
        told = tuple(sorted(needs[row.id])) if row.state not in ENDED else ()
        rows[halls[row.event_id]].append(
            Row(row.place, row.part, key, row.state, row.size, row.priority, told)
        )
    mails: Counter[tuple[str, int, str]] = Counter()
    for mail in db.session.execute(
        select(OutgoingMessage.event_id, OutgoingMessage.kind, Booking.submit_key)
        .join(Booking, Booking.id == OutgoingMessage.booking_id)
        .where(among(OutgoingMessage.event_id, halls))
    ):
        hall = -1 if mail.kind in _OF_FORMS else halls[mail.event_id]
        mails[names.get(mail.submit_key, "?"), hall, mail.kind] += 1
    db.session.rollback()
    return Picture([phases[number] for number in range(len(stage.halls))], pools, rows, mails)


def _name(hall: Hall, pool: Pool) -> str:
    """Return how the model calls a pool."""
    if pool.kind == "firm":
        return f"@{pool.key}"
    if pool.kind == EVENT:
        return EVENT
    named = hall.categories if pool.kind == "category" else hall.sessions
    return next(label for label, subject_id in named.items() if subject_id == pool.subject_id)


def differences(expected: Picture, found: Picture) -> list[str]:
    """Return a sentence for each thing that is not as it should be."""
    told = [
        f"hall {number}: (closed, cancelled) should be {should}, is {does}"
        for number, (should, does) in enumerate(zip(expected.phases, found.phases, strict=True))
        if should != does
    ]
    for number, (should_be, is_now) in enumerate(zip(expected.pools, found.pools, strict=True)):
        told += [
            f"hall {number}: pool {name} should be (wanted, taken) {should_be[name]}, is {is_now.get(name)}"
            for name in should_be
            if should_be[name] != is_now.get(name)
        ]
    for number, (wished, there) in enumerate(zip(expected.rows, found.rows, strict=True)):
        by_place = {(row.place, row.part): row for row in there}
        told += [
            f"hall {number}: place {row.place} should be {row}, is {by_place.get((row.place, row.part))}"
            for row in wished
            if by_place.get((row.place, row.part)) != row
        ]
        if len(there) > len(wished):
            told.append(f"hall {number}: {len(there)} registrations instead of {len(wished)}")
    if expected.mails != found.mails:
        missing, more = expected.mails - found.mails, found.mails - expected.mails
        told += [f"mail {key} was not decided" for key in sorted(missing)]
        told += [f"mail {key} was decided and should not be" for key in sorted(more)]
    return told
