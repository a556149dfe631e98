"""What must hold of seats, at every moment and on every database."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from registration.core.invariant import AnySelect, Invariant, OfEvent, ago
from registration.events.models import Event
from registration.events.queries import KEEPS_PROMISES
from registration.journal.models import JournalEntry
from registration.seats import rules
from registration.seats.line import is_holding, unfitting
from registration.seats.models import LedgerEntry, Pool, Queue, Registration, RegistrationPool
from registration.seats.rules import PoolKind
from registration.seats.strict_invariants import INVARIANTS as OF_STRICT_LINES
from registration.seats.strict_invariants import let_past

# How late the sweeper may be before an offer or hold counts as forgotten.
GRACE = timedelta(minutes=5)


def _in_event(query: AnySelect, event_id: OfEvent | None) -> AnySelect:
    return query if event_id is None else query.where(Event.id == event_id)


def those_of(event_id: OfEvent | None) -> tuple[ColumnElement[bool], ...]:
    """Return what keeps a count to the registrations of the event: no database takes it there by itself."""
    return () if event_id is None else (Registration.event_id == event_id,)


def _miscounted(event_id: OfEvent | None) -> AnySelect:
    held = (
        select(RegistrationPool.pool_id, func.sum(RegistrationPool.need).label("seats"))
        .join(Registration, Registration.id == RegistrationPool.registration_id)
        .where(is_holding(), *those_of(event_id))
        .group_by(RegistrationPool.pool_id)
        .subquery()
    )
    seats = func.coalesce(held.c.seats, 0)
    query = (
        select(Event.slug, Pool.id.label("pool"), Pool.kind, Pool.taken, seats.label("held"))
        .join(Event, Event.id == Pool.event_id)
        .outerjoin(held, held.c.pool_id == Pool.id)
        .where(Pool.taken != seats)
    )
    return _in_event(query, event_id)


def _out_of_bounds(event_id: OfEvent | None) -> AnySelect:
    should_be = case((Pool.wanted > Pool.taken, Pool.wanted), else_=Pool.taken)
    query = (
        select(Event.slug, Pool.id.label("pool"), Pool.kind, Pool.taken, Pool.capacity, Pool.wanted)
        .join(Event, Event.id == Pool.event_id)
        .where(or_(Pool.taken < 0, Pool.taken > Pool.capacity, Pool.capacity != should_be))
    )
    return _in_event(query, event_id)


def _idle(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.size, Registration.place)
        .join(Event, Event.id == Registration.event_id)
        .join(Queue, Queue.event_id == Event.id)
        .where(
            Registration.state == rules.WAITLISTED,
            Queue.policy == rules.FIRST_FIT,
            KEEPS_PROMISES,
            Event.ends_at > ago(),
            # A long promotion goes on in the next transaction; nobody is let past meanwhile.
            Queue.is_draining.is_(False),
            Queue.promotion != rules.MANUAL,
            or_(Queue.freezes_at.is_(None), Queue.freezes_at > ago()),
            ~unfitting(),
        )
    )
    return _in_event(query, event_id)


def _overtaken(event_id: OfEvent | None) -> AnySelect:
    passed = _who_passed()
    waiting = (
        select(
            Registration.id,
            Registration.event_id,
            Registration.place,
            passed.label("later_id"),
        )
        .join(Queue, Queue.event_id == Registration.event_id)
        # Of a strict line the ledger tells it (seats/strict_invariants.py).
        .where(Registration.state == rules.WAITLISTED, Queue.policy == rules.FIRST_FIT)
    )
    if event_id is not None:
        waiting = waiting.where(Registration.event_id == event_id)
    found = waiting.subquery("waiting")
    later = aliased(Registration)
    return (
        select(
            Event.slug,
            found.c.id.label("registration"),
            found.c.place,
            later.id.label("later"),
            later.place.label("later_place"),
        )
        .join(later, later.id == found.c.later_id)
        .join(Event, Event.id == found.c.event_id)
    )


def _who_passed() -> ColumnElement[int]:
    """Return the first who was seated past a waiting registration, as a subquery of each.

    So both databases walk those who wait and look up the later ones by their index: the other way
    round SQLite took 5 seconds where this takes one millisecond.
    """
    later = aliased(Registration)
    theirs, ours = aliased(RegistrationPool), aliased(RegistrationPool)
    # The later one needs less of some pool: then the seat that it got was none for the one who waits.
    # Said by hand, since correlation is found only one level up.
    their_need = (
        select(theirs.need)
        .where(theirs.registration_id == later.id, theirs.pool_id == ours.pool_id)
        .correlate(later, ours)
        .scalar_subquery()
    )
    of_event = (
        select(Pool.kind == PoolKind.EVENT).where(Pool.id == ours.pool_id).correlate(ours).scalar_subquery()
    )
    # Of the event's seats the later one had some that were kept for it: nobody waited for those.
    kept = case((of_event, later.kept_seats), else_=0)
    needs_less = (
        exists()
        .where(ours.registration_id == Registration.id, ours.need > func.coalesce(their_need, 0) - kept)
        .correlate(Registration, later)
    )
    return (
        select(later.id)
        .where(
            later.event_id == Registration.event_id,
            later.seated_step > Registration.needs_step,
            later.place > Registration.place,
            later.priority <= Registration.priority,
            later.state.in_(rules.HOLDING),
            # Whom the organiser seated by hand, and why, is in the ledger.
            later.seated_reason.is_(None),
            # Who changed her choice after she sat passed nobody by it: the event's seat was hers already.
            later.needs_step <= later.seated_step,
            ~needs_less,
        )
        .order_by(later.seated_step)
        .limit(1)
        .correlate(Registration)
        .scalar_subquery()
    )


def _without_event_pool(event_id: OfEvent | None) -> AnySelect:
    # Joined and not looked up row by row: PostgreSQL then hashes a million of them in a second.
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.size)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Pool, and_(Pool.event_id == Registration.event_id, Pool.kind == PoolKind.EVENT))
        .outerjoin(
            RegistrationPool,
            and_(RegistrationPool.registration_id == Registration.id, RegistrationPool.pool_id == Pool.id),
        )
        .where(
            Registration.state.not_in(rules.ENDED),
            func.coalesce(RegistrationPool.need, 0) != Registration.size,
        )
    )
    return _in_event(query, event_id)


def _gaps(event_id: OfEvent | None) -> AnySelect:
    count = func.count(func.distinct(Registration.place))
    last = func.coalesce(func.max(Registration.place), 0)
    query = (
        select(Event.slug, count.label("registrations"), last.label("last"), Queue.next_place)
        .join(Queue, Queue.event_id == Event.id)
        .outerjoin(Registration, Registration.event_id == Event.id)
        .group_by(Event.id, Event.slug, Queue.next_place)
        .having(or_(count != last, last != Queue.next_place - 1))
    )
    return _in_event(query, event_id)


def _forgotten(event_id: OfEvent | None) -> AnySelect:
    limit = ago(GRACE)
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.state)
        .join(Event, Event.id == Registration.event_id)
        .where(
            or_(
                _is_past(rules.OFFERED, Registration.offer_expires_at < limit),
                _is_past(rules.UNVERIFIED, Registration.hold_expires_at < limit),
            )
        )
    )
    return _in_event(query, event_id)


def _is_past(state: str, is_expired: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Registration.state == state, is_expired)


def _kept_wrongly(event_id: OfEvent | None) -> AnySelect:
    firm = aliased(Pool)
    left = (
        select(func.coalesce(func.sum(firm.allotted - firm.taken), 0))
        .where(firm.event_id == Pool.event_id, firm.kind == PoolKind.FIRM, firm.allotted > firm.taken)
        .correlate(Pool)
        .scalar_subquery()
    )
    should_be = case((Pool.kind == PoolKind.EVENT, Pool.reserve + left), else_=0)
    query = (
        select(Event.slug, Pool.id.label("pool"), Pool.kept, should_be.label("should_be"))
        .join(Event, Event.id == Pool.event_id)
        .where(Pool.kept != should_be)
    )
    return _in_event(query, event_id)


def _miscounted_line(event_id: OfEvent | None) -> AnySelect:
    in_line = (
        select(Registration.event_id, func.count().label("count"))
        .where(Registration.state == rules.WAITLISTED, *those_of(event_id))
        .group_by(Registration.event_id)
        .subquery()
    )
    count = func.coalesce(in_line.c.count, 0)
    query = (
        select(Event.slug, Queue.waiting, count.label("count"))
        .join(Event, Event.id == Queue.event_id)
        .outerjoin(in_line, in_line.c.event_id == Queue.event_id)
        .where(Queue.waiting != count)
    )
    return _in_event(query, event_id)


def _unledgered(event_id: OfEvent | None) -> AnySelect:
    later = aliased(LedgerEntry)
    is_newest = ~exists().where(
        later.event_id == LedgerEntry.event_id,
        later.place == LedgerEntry.place,
        later.part == LedgerEntry.part,
        later.kind == "state",
        later.number > LedgerEntry.number,
    )
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.state, LedgerEntry.after)
        .join(Event, Event.id == Registration.event_id)
        .join(
            LedgerEntry,
            and_(
                LedgerEntry.event_id == Registration.event_id,
                LedgerEntry.place == Registration.place,
                LedgerEntry.part == Registration.part,
                LedgerEntry.kind == "state",
            ),
        )
        .where(is_newest, LedgerEntry.after != Registration.state)
    )
    return _in_event(query, event_id)


def _unjournalled(event_id: OfEvent | None) -> AnySelect:
    last = (
        select(JournalEntry.after)
        .where(JournalEntry.registration_id == Registration.id, JournalEntry.action == "state")
        .order_by(JournalEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.state)
        .join(Event, Event.id == Registration.event_id)
        .where(func.coalesce(last, "") != Registration.state)
    )
    return _in_event(query, event_id)


INVARIANTS = (
    *OF_STRICT_LINES,
    Invariant(
        "I1",
        "Every pool counts exactly the seats that are held",
        "The {kind} pool {pool} of {slug} counts {taken} seats taken, but {held} are held.",
        _miscounted,
    ),
    Invariant(
        "I2",
        "No pool is oversold",
        "The {kind} pool {pool} of {slug} has {taken} taken of {capacity} (wanted: {wanted}).",
        _out_of_bounds,
    ),
    Invariant(
        "I3",
        "No seat is empty while somebody who fits is waiting",
        "Registration {registration} of {slug} waits at place {place} for {size}, and would fit.",
        _idle,
    ),
    Invariant(
        "I4",
        "Nobody was let past",
        "Registration {registration} of {slug} (place {place}) waits, while {later} (place {later_place})"
        " was seated later and needs no less.",
        _overtaken,
        let_past,
    ),
    Invariant(
        "I7",
        "Everyone needs the event's own pool",
        "Registration {registration} of {slug} is for {size}, but does not claim as many of the event.",
        _without_event_pool,
    ),
    Invariant(
        "I8",
        "Places are dense",
        "{slug} has {registrations} registrations, the last at place {last}, the next one {next_place}.",
        _gaps,
    ),
    Invariant(
        "I9",
        "No offer and no hold is long expired",
        "Registration {registration} of {slug} is still {state} after its deadline.",
        _forgotten,
    ),
    Invariant(
        "I11",
        "Every change of state is in the journal",
        "Registration {registration} of {slug} is {state}, which the journal does not say.",
        _unjournalled,
    ),
    Invariant(
        "I15",
        "What is kept back is the reserve and what firms have left",
        "The pool {pool} of {slug} keeps {kept} seats back, but should keep {should_be}.",
        _kept_wrongly,
    ),
    Invariant(
        "I16",
        "The gate knows how many wait",
        "{slug} says that {waiting} wait, but {count} do.",
        _miscounted_line,
    ),
    Invariant(
        "I17",
        "The ledger says what is so",
        "Registration {registration} of {slug} is {state}, but the ledger says {after}.",
        _unledgered,
    ),
)
