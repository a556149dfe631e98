"""What must hold of strict lines: the walk seats nobody, and nobody took what was reserved for others."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select, union_all

from registration.core.invariant import AnySelect, Invariant, OfEvent, ago
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.seats import ledger, rules
from registration.seats.ledger_audit import read
from registration.seats.models import Pool, Queue, Registration, RegistrationPool, WaitingNeed
from registration.seats.reservations import can_never_fit


def _least(one: Any, other: Any) -> ColumnElement[int]:
    """Return the smaller of two; the databases have no function of the same name for it."""
    return case((one < other, one), else_=other)


def _at_least_none(count: Any) -> ColumnElement[int]:
    return case((count > 0, count), else_=0)


def _ahead(count: Any, of: Any, line: Any) -> ColumnElement[int]:
    """Return the sum of *count* over those ahead in the line."""
    turn = line.priority.desc(), line.place, line.part
    return func.coalesce(func.sum(count).over(partition_by=of, order_by=turn, rows=(None, -1)), 0)


def _unseated(event_id: OfEvent | None) -> AnySelect:
    """Return who would sit if the line were walked now.

    As long as nobody ahead fits, all of them together have reserved what they need: the first who fits
    in what that leaves is whom the walk would seat.
    """
    wants = _wants(event_id).subquery("wants")
    is_event = wants.c.kind == "event"
    own = case(
        (wants.c.kind == "firm", _least(wants.c.need, _at_least_none(wants.c.own - wants.c.ahead))), else_=0
    )
    parties = (
        select(
            wants.c.id,
            wants.c.event_id,
            wants.c.priority,
            wants.c.place,
            wants.c.part,
            func.sum(own).label("own"),
            *(
                func.max(case((is_event, wants.c[name]))).label(name)
                for name in ("need", "free", "kept", "ahead")
            ),
            func.max(case((and_(~is_event, wants.c.need > wants.c.free - wants.c.ahead), 1), else_=0)).label(
                "lacking"
            ),
        )
        .group_by(wants.c.id, wants.c.event_id, wants.c.priority, wants.c.place, wants.c.part)
        .subquery("parties")
    )
    own_ahead = _ahead(parties.c.own, parties.c.event_id, parties.c).label("own_ahead")
    line = select(parties, own_ahead).subquery("line")
    open_seats = _at_least_none(line.c.free - line.c.kept)
    open_ahead = line.c.ahead - line.c.own_ahead
    return (
        select(Event.slug, line.c.id.label("registration"), line.c.need.label("size"), line.c.place)
        .join(Event, Event.id == line.c.event_id)
        .where(
            line.c.lacking == 0,
            line.c.need - line.c.own <= _at_least_none(open_seats - open_ahead),
            line.c.need <= line.c.free - line.c.own_ahead - _least(open_seats, open_ahead),
        )
    )


def _wants(event_id: OfEvent | None) -> AnySelect:
    """Return what those need who wait in strict lines of events that have a free seat, with what is ahead."""
    whole = Pool.__table__.alias("whole")
    query = (
        select(
            Registration.id,
            Registration.event_id,
            Registration.priority,
            Registration.place,
            Registration.part,
            RegistrationPool.need,
            Pool.kind,
            Pool.kept,
            (Pool.capacity - Pool.taken).label("free"),
            _at_least_none(Pool.allotted - Pool.taken).label("own"),
            _ahead(RegistrationPool.need, RegistrationPool.pool_id, Registration).label("ahead"),
        )
        .join(Queue, Queue.event_id == Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .join(whole, and_(whole.c.event_id == Registration.event_id, whole.c.kind == "event"))
        .join(RegistrationPool, RegistrationPool.registration_id == Registration.id)
        .join(Pool, Pool.id == RegistrationPool.pool_id)
        .where(
            Queue.policy == rules.STRICT,
            Registration.state == rules.WAITLISTED,
            whole.c.taken < whole.c.capacity,
            KEEPS_PROMISES,
            Event.ends_at > ago(),
            # A long promotion goes on in the next transaction; nobody is let past meanwhile.
            Queue.is_draining.is_(False),
            Queue.promotion != rules.MANUAL,
            or_(Queue.freezes_at.is_(None), Queue.freezes_at > ago()),
            ~can_never_fit(),
        )
    )
    return query if event_id is None else query.where(Registration.event_id == event_id)


def _miscounted(event_id: OfEvent | None) -> AnySelect:
    sums = (
        select(
            RegistrationPool.pool_id,
            Registration.priority,
            RegistrationPool.need,
            literal(0).label("counted"),
        )
        .join(Registration, Registration.id == RegistrationPool.registration_id)
        .join(Queue, Queue.event_id == Registration.event_id)
        .where(Queue.policy == rules.STRICT, Registration.state == rules.WAITLISTED, ~can_never_fit())
    )
    counted = select(WaitingNeed.pool_id, WaitingNeed.priority, literal(0), WaitingNeed.need).join(
        Pool, Pool.id == WaitingNeed.pool_id
    )
    if event_id is not None:
        sums = sums.where(Registration.event_id == event_id)
        counted = counted.where(Pool.event_id == event_id)
    both = union_all(sums, counted).subquery("both")
    need, said = func.sum(both.c.need), func.sum(both.c.counted)
    return (
        select(
            Event.slug, both.c.pool_id.label("pool"), both.c.priority, need.label("need"), said.label("said")
        )
        .join(Pool, Pool.id == both.c.pool_id)
        .join(Event, Event.id == Pool.event_id)
        .group_by(Event.slug, both.c.pool_id, both.c.priority)
        .having(need != said)
    )


def let_past(connection: Connection, event_id: int | None) -> Iterator[Mapping[str, Any]]:
    """Yield who waits in a strict line while somebody took what she had reserved, as the ledger tells it."""
    query = (
        select(Queue.event_id, Event.slug)
        .join(Event, Event.id == Queue.event_id)
        .where(Queue.policy == rules.STRICT, Queue.waiting > 0)
        .order_by(Queue.event_id)
    )
    if event_id is not None:
        query = query.where(Queue.event_id == event_id)
    for row in connection.execute(query).all():
        policy = ledger.first_policy_at(connection, row.event_id, rules.STRICT)
        verdict = read(ledger.entries_at(connection, row.event_id), policy, checks_chain=False)
        passed = [one for one in verdict.passed if not one.reason]
        if not passed:
            continue
        waiting = {
            (one.place, one.part): one.id
            for one in connection.execute(
                select(Registration.id, Registration.place, Registration.part).where(
                    Registration.event_id == row.event_id, Registration.state == rules.WAITLISTED
                )
            )
        }
        for one in passed:
            if (one.place, one.part) in waiting:
                yield {
                    "slug": row.slug,
                    "registration": waiting[one.place, one.part],
                    "place": one.place,
                    "later": f"line {one.number} of the ledger",
                    "later_place": one.later,
                }


INVARIANTS = (
    Invariant(
        "I3b",
        "Nobody waits in a strict line for whom the walk has seats",
        "Registration {registration} of {slug} waits at place {place} for {size}, and delays nobody ahead.",
        _unseated,
    ),
    Invariant(
        "I18",
        "The gate knows what those who wait in a strict line have reserved",
        "{slug} counts {said} of pool {pool} as reserved at priority {priority}, but {need} are.",
        _miscounted,
    ),
)
