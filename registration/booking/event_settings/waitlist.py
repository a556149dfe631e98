"""Change how an event's seats go to whom: its line, its firms."""

from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.admission.pool_needs import FirmMissing, firm_key, members_of_many, needs_of
from registration.booking.changes.target import settle
from registration.booking.notifications.consequences import Tell, asking
from registration.booking.notifications.too_large import telling_too_large
from registration.core import optimistic_lock
from registration.core.children import child_of
from registration.core.firm_names import firm_name_key
from registration.core.locking import locked_one
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import touch
from registration.journal.services import Actor, Note, record
from registration.seats import counters, rules
from registration.seats import gate as gates
from registration.seats.gate import Gate, Terms
from registration.seats.limits import set_wanted
from registration.seats.models import Pool, Queue, Registration
from registration.seats.parties import walk_by
from registration.seats.queries import line_policy
from registration.seats.recount import claim_firms
from registration.seats.reservations import written_anew
from registration.seats.rules import LinePolicy, PoolKind


@dataclass(frozen=True)
class FirmTerms:
    """What is agreed with one firm: how many may come at most, and how many seats are kept until when."""

    firm: str
    cap: int | None = None
    allotted: int = 0
    release_at: datetime | None = None


def change_line(event_id: int, line: LinePolicy, actor: Actor, seen: str = "", *, tell: Tell = True) -> None:
    """Let seats go to whom *line* says from now on, at once where that frees some.

    *seen* are the marks of the form. Raises Refusal at the field, ChangedMeanwhile; ToBeTold where *tell*
    does not say that whoever is concerned is told.
    """
    check_line(line)

    def work(session: Session) -> None:
        with asking(session, event_id, tell) as asked, gates.locked(session, event_id) as gate:
            optimistic_lock.check(seen, asdict(line_policy(session, event_id)), asdict(line))
            if line.firm_cap_by != gate.firm_cap_by and gate.limits_firms:
                raise Refusal(
                    _l(
                        "Organisations are counted the other way in this event already, so this cannot be "
                        "changed any more."
                    ),
                    field="firm_cap_by",
                )
            before = gate.firm_cap
            if line.policy != gate.policy:
                walk_by(session, gate, line.policy)
            for name, value in asdict(line).items():
                setattr(gate, name, value)
            gate.limits_firms = gate.limits_firms or line.firm_cap is not None
            session.execute(
                update(Queue)
                .where(Queue.event_id == event_id)
                .values(**asdict(line), limits_firms=gate.limits_firms)
            )
            if line.firm_cap != before:
                with telling_too_large(session, event_id):
                    _cap_firms(session, gate, before)
            _noted(session, event_id, "line", actor)
            settle(session, gate, [], actor)
            asked.has_more = gate.is_draining

    write_tx(work)


def set_firm(event_id: int, terms: FirmTerms, actor: Actor, *, tell: Tell = True) -> None:
    """Agree on a cap or an allotment with one firm. Raises Refusal at the field; ToBeTold, as change_line."""
    if terms.cap is not None and not 0 <= terms.cap <= rules.MOST_SEATS:
        raise Refusal(_l("Enter a limit between 0 and 1000000."), field="cap")

    def work(session: Session) -> None:
        with asking(session, event_id, tell) as asked, gates.locked(session, event_id) as gate:
            key = _key(gate, terms.firm)
            _check_terms(session, gate, terms, key)
            _check_allotment(gate, terms, key)
            was_limited = gate.limits_firms
            gate.limits_firms = True
            session.execute(update(Queue).where(Queue.event_id == event_id).values(limits_firms=True))
            with telling_too_large(session, event_id):
                pool_id = _firm_pool(session, gate, key, terms)
                if not was_limited or pool_id not in gate.pools:
                    _recount_firms(session, gate)
                pool = gates.add_to_gate(session, gate, pool_id)
                set_wanted(session, gate, pool.id, Terms(_cap(gate, terms)), actor)
            counters.set_allotment(session, gate, pool.id, terms.allotted, terms.release_at)
            _noted(session, event_id, "firm", actor)
            settle(session, gate, [], actor)
            asked.has_more = gate.is_draining

    write_tx(work)


def release_allotment(event_id: int, pool_id: int, actor: Actor, *, tell: Tell = True) -> None:
    """Let what a firm has not used go to everybody; again is no error.

    Raises NotFound; ToBeTold, as change_line.
    """

    def work(session: Session) -> None:
        with asking(session, event_id, tell) as asked, gates.locked(session, event_id) as gate:
            sentence = _l("There is no such limit for this event.")
            child_of(session, Pool, pool_id, sentence, event_id=event_id, kind="firm")
            pool = gates.add_to_gate(session, gate, pool_id)
            if pool.allotted:
                counters.set_allotment(session, gate, pool_id, 0, None)
                _noted(session, event_id, "released-allotment", actor)
            settle(session, gate, [], actor)
            asked.has_more = gate.is_draining

    write_tx(work)


def check_line(line: LinePolicy) -> None:
    """Raise Refusal at the field of *line* that cannot be as it is."""
    if not 1 <= line.offer_hours <= rules.MOST_OFFER_HOURS:
        raise Refusal(
            _l("Enter between 1 and %(most)s hours.", most=rules.MOST_OFFER_HOURS), field="offer_hours"
        )
    if (line.quiet_from is None) != (line.quiet_until is None):
        raise Refusal(_l("Enter both ends of the quiet hours, or none."), field="quiet_until")
    if line.quiet_from is not None and line.quiet_from == line.quiet_until:
        raise Refusal(_l("Quiet hours end at another hour than they begin."), field="quiet_until")
    for name in ("quiet_from", "quiet_until"):
        hour = getattr(line, name)
        if hour is not None and not 0 <= hour <= 23:
            raise Refusal(_l("Enter an hour between 0 and 23."), field=name)
    if line.firm_cap == 0:
        raise Refusal(
            _l("Enter at least 1, or nothing for no limit: with 0 nobody could register."), field="firm_cap"
        )
    for name in ("direct_hours", "waitlist_limit", "firm_cap"):
        value = getattr(line, name)
        if value is not None and not 0 <= value <= rules.MOST_SEATS:
            raise Refusal(_l("Enter a number from 0 to 1000000."), field=name)


def _key(gate: Gate, firm: str) -> str:
    if gate.firm_cap_by == rules.BY_DOMAIN:
        key = firm_key(rules.BY_DOMAIN, "", f"somebody@{firm.strip().lstrip('@')}")
        if not key:
            raise Refusal(_l("Enter the email domain of one firm, as in example.org."), field="firm")
        return key
    key = firm_name_key(firm)
    if firm.strip().startswith("@") or not key:
        raise Refusal(
            _l("Enter the organisation's name, as its people type it when they register."), field="firm"
        )
    return key


def _check_terms(session: Session, gate: Gate, terms: FirmTerms, key: str) -> None:
    """Raise Refusal where nothing is agreed; what was agreed before may be lifted."""
    if terms.cap is None and not terms.allotted and _known_pool(session, gate, key) is None:
        raise Refusal(_l("Enter how many may come at most, or how many seats are kept for it."), field="cap")


def _check_allotment(gate: Gate, terms: FirmTerms, key: str) -> None:
    others = sum(
        pool.allotted for pool in gate.pools.values() if pool.kind == PoolKind.FIRM and pool.key != key
    )
    if terms.allotted < 0 or terms.allotted + others + gate.event_pool.reserve > gate.event_pool.wanted:
        raise Refusal(
            _l(
                "Keep at most as many seats as the event has: %(seats)s, with what is kept already.",
                seats=gate.event_pool.wanted,
            ),
            field="allotted",
        )
    if terms.cap is not None and terms.allotted > terms.cap:
        raise Refusal(_l("The firm may not have fewer seats than are kept for it."), field="cap")


def _cap(gate: Gate, terms: FirmTerms) -> int:
    if terms.cap is not None:
        return terms.cap
    return rules.MOST_SEATS if gate.firm_cap is None else max(gate.firm_cap, terms.allotted)


def _firm_pool(session: Session, gate: Gate, key: str, terms: FirmTerms) -> int:
    known = _known_pool(session, gate, key)
    if known is not None:
        return known
    cap = _cap(gate, terms)
    return gates.add_pool(session, gate.event_id, "firm", 0, cap, key=key, label=terms.firm.strip()[:254])


def _known_pool(session: Session, gate: Gate, key: str) -> int | None:
    return session.scalar(
        select(Pool.id).where(Pool.event_id == gate.event_id, Pool.kind == PoolKind.FIRM, Pool.key == key)
    )


def _cap_firms(session: Session, gate: Gate, before: int | None) -> None:
    try:
        _apply_cap(session, gate, before)
    except FirmMissing:
        # Its own sentence is for who registers.
        raise Refusal(
            _l(
                "Someone who is registered named no organisation, so this cannot be counted. Ask "
                "them to enter it on their page, or tell organisations apart by the email address."
            ),
            field="firm_cap",
        ) from None


def _apply_cap(session: Session, gate: Gate, before: int | None) -> None:
    """Give every firm the new cap that had the old one, and count who came before there was any."""
    new = rules.MOST_SEATS if gate.firm_cap is None else gate.firm_cap
    old = rules.MOST_SEATS if before is None else before
    _recount_firms(session, gate)
    for pool in gate.pools.values():
        if pool.kind == PoolKind.FIRM and pool.wanted == old:
            pool.wanted, pool.capacity = new, rules.capacity(new, pool.taken)
            session.execute(
                update(Pool).where(Pool.id == pool.id).values(seats=new, wanted=new, capacity=pool.capacity)
            )
    # Who can never fit any more reserves nothing.
    gate.reservations = written_anew(session, gate.event_id, gate.policy)


def _recount_firms(session: Session, gate: Gate) -> None:
    """Let every active registration need the pools of its firms: limits may come after the people."""
    pools = session.scalars(
        select(Pool.id).where(Pool.event_id == gate.event_id, Pool.kind == PoolKind.FIRM)
    ).all()
    gates.load_pools(session, gate, pools)
    is_active = (Registration.event_id == gate.event_id) & Registration.state.not_in(rules.ENDED)
    claim_firms(
        session,
        gate,
        {
            registration_id: needs_of(session, gate, list(members.values()))
            for registration_id, members in members_of_many(session, is_active).items()
        },
    )


def _noted(session: Session, event_id: int, action: str, actor: Actor) -> None:
    event = locked_one(session, Event, event_id)
    # Who waits reads which limits count, and these may be others now.
    touch(event, moves_seats=True)
    record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event_id))
