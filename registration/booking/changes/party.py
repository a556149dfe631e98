"""Change a party under the gate: who comes in which category and sessions, more people, each for itself."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from registration.booking.admission.attendees import name_attendees
from registration.booking.admission.pool_needs import Member, members_of, needs_of, priority_of
from registration.booking.changes.edit import agree_sensitive
from registration.booking.changes.target import (
    NotNow,
    Target,
    check_decidable,
    is_moving,
    locked,
    registration_of,
    settle,
)
from registration.booking.models import Attendee, AttendeeSession, Booking
from registration.booking.notifications.notify import announce_choice, announce_grown
from registration.booking.rules import Person, check_category, check_sessions
from registration.core import clock
from registration.core.among import among
from registration.core.database import write_rows
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession
from registration.events.rules import Phase, phase
from registration.journal.services import ATTENDEE, Actor
from registration.seats import engine, parties, rules
from registration.seats.gate import Gate
from registration.seats.models import Registration
from registration.seats.too_large import check_can_ever_fit


class NoRoom(NotNow):
    """What is asked for is full; what was there before is kept."""

    code = "no-room"


def change_choice(
    target: Target, attendee_id: int, category_id: int | None, sessions: Sequence[int], actor: Actor
) -> None:
    """Let one attendee come in another category or to other sessions; her seat is hers until that is certain.

    Her contact is told by mail. The same choice again changes nothing.
    Raises NoRoom, NotNow, NotFound, Refusal at `category` or `sessions`.
    """

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            registration = registration_of(session, target)
            check_decidable(
                session, registration, rules.WAITLISTED, rules.CONFIRMED, rules.OFFERED, rules.PENDING
            )
            members = members_of(session, registration.id)
            if attendee_id not in members:
                raise NotFound(_l("There is no such attendee in this registration."))
            had = members[attendee_id]
            check_choice(session, target.event_id, category_id, sessions, had)
            if (category_id, set(sessions)) == (had.category_id, set(had.sessions)):
                return
            members[attendee_id] = replace(had, category_id=category_id, sessions=tuple(sessions))
            _change(session, gate, registration.id, list(members.values()), actor)
            session.execute(
                update(Attendee).where(Attendee.id == attendee_id).values(category_id=category_id)
            )
            _pick(session, attendee_id, sessions)
            promoted = settle(session, gate, [], actor)
            # What lets her in tells it all; two mails of one press would say half each.
            if all(one.registration_id != registration.id for one in promoted):
                announce_choice(session, registration.id, attendee_id, had_sessions=bool(had.sessions))

    write_tx(work)


def add_people(
    target: Target, people: Sequence[Person], actor: Actor = ATTENDEE, sensitive_wording: str = ""
) -> None:
    """Let more people come with a party: who waits grows in place, who sits joins with them at the end.

    *sensitive_wording* is what the contact agreed to with it. The contact is told by mail.
    Raises NoRoom, NotNow, NotFound, Refusal.
    """

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            registration = registration_of(session, target)
            check_decidable(session, registration, rules.WAITLISTED, rules.CONFIRMED)
            check_open(session, target.event_id)
            for person in people:
                check_choice(session, target.event_id, person.category_id, person.sessions)
            contact = session.get_one(Booking, registration.booking_id).email
            if sensitive_wording:
                agree_sensitive(session, registration.booking_id, sensitive_wording)
            added = [
                Member(person.category_id, person.sessions, person.firm, person.email or contact)
                for person in people
            ]
            if registration.state == rules.WAITLISTED:
                before = members_of(session, registration.id)
                _change(session, gate, registration.id, [*before.values(), *added], actor)
                name_attendees(
                    session, [registration.id], [people], first_rank=_next_rank(session, registration.id)
                )
                new = [one for one in members_of(session, registration.id) if one not in before]
                promoted = settle(session, gate, [], actor)
                if all(one.registration_id != registration.id for one in promoted):
                    announce_grown(session, registration.id, new)
                return
            claim = engine.Claim(
                len(people), needs_of(session, gate, added), registration.priority, is_trusted=True
            )
            joined = _beside(session, gate, claim, registration)
            check_may_wait(session, joined)
            changes = engine.join(session, [joined], [registration.booking_id], actor)
            name_attendees(session, [changes[0].registration_id], [people])
            settle(session, gate, changes, actor)

    write_tx(work)


def split(target: Target, actor: Actor = ATTENDEE) -> None:
    """Let a party that waits together take as many seats as come free, each for itself, at its place.

    Raises NotNow, NotFound.
    """

    def work(session: Session) -> None:
        with locked(session, target) as gate:
            registration = registration_of(session, target)
            check_decidable(session, registration, rules.WAITLISTED)
            if is_moving(session, registration):
                # Part of them would have the one event, and nobody could say who keeps the other.
                raise NotNow(
                    _l("You are moving to another event. All of you stay together until that is done.")
                )
            members = members_of(session, registration.id)
            if len(members) < 2:
                raise NotNow(_l("There is only one person in this registration."))
            needs = [needs_of(session, gate, [member]) for member in members.values()]
            ids = parties.split(session, gate, registration.id, needs, actor)
            for attendee_id, registration_id in zip(members, ids, strict=True):
                session.execute(
                    update(Attendee)
                    .where(Attendee.id == attendee_id, Attendee.registration_id != registration_id)
                    .values(registration_id=registration_id)
                )
            # They were told that they wait; only seats are news.
            settle(session, gate, [], actor)

    write_tx(work)


def check_choice(
    session: Session,
    event_id: int,
    category_id: int | None,
    sessions: Sequence[int],
    had: Member | None = None,
) -> None:
    """Raise Refusal unless category and sessions are the event's, open, and at different times.

    What she *had* she may keep, though it is closed to others.
    """
    mine = select(Category).where(Category.id == category_id, Category.event_id == event_id)
    category = None if category_id is None else session.scalar(mine)
    if session.scalar(select(func.count()).where(Category.event_id == event_id)):
        is_hers = had is not None and had.category_id == category_id
        check_category(category, event_id, clock.now(), is_hers=is_hers)
    offered = select(EventSession).where(
        among(EventSession.id, sessions),
        EventSession.event_id == event_id,
        EventSession.is_offered | among(EventSession.id, had.sessions if had else ()),
    )
    check_sessions(sessions, session.scalars(offered).all(), event_id)


def check_may_wait(session: Session, admitted: engine.Admitted) -> None:
    """Raise NoRoom where *admitted* would have to wait, and nobody, or nobody more, can."""
    gate = admitted.gate
    if admitted.state != rules.WAITLISTED:
        return
    # She is counted among those who wait already.
    is_full = not rules.may_wait(gate.waiting - 1, gate.waitlist_limit, needs_approval=False)
    if is_full or not session.scalar(select(Event.has_waitlist).where(Event.id == gate.event_id)):
        raise NoRoom(_l("There is no free seat for this. You keep what you have."))


def check_open(session: Session, event_id: int) -> None:
    """Raise NotNow unless the event takes registrations now."""
    event = session.get_one(Event, event_id)
    now_is = phase(event.status, event.opens_at, event.closes_at, event.starts_at, event.ends_at, clock.now())
    if now_is is not Phase.OPEN:
        raise NotNow(_l("Registration is not open now. Ask the organiser."))


def _change(
    session: Session, gate: Gate, registration_id: int, members: Sequence[Member], actor: Actor
) -> None:
    needs = needs_of(session, gate, members)
    priority = priority_of(session, [one.category_id for one in members])
    if not parties.change_needs(session, gate, registration_id, len(members), needs, actor, priority):
        raise NoRoom(_l("There is no free seat for this. You keep what you have."))


def _beside(session: Session, gate: Gate, claim: engine.Claim, registration: Registration) -> engine.Admitted:
    """Let people in at the end of the line who belong to a booking that has a registration here."""
    check_can_ever_fit(session, gate, claim.needs)
    admitted = engine.admit(session, gate, claim)
    parts = select(func.max(Registration.part)).where(
        Registration.booking_id == registration.booking_id, Registration.event_id == gate.event_id
    )
    return replace(admitted, part=1 + int(session.scalar(parts) or 0))


def _pick(session: Session, attendee_id: int, sessions: Sequence[int]) -> None:
    session.execute(delete(AttendeeSession).where(AttendeeSession.attendee_id == attendee_id))
    rows = [{"attendee_id": attendee_id, "session_id": one} for one in sessions]
    write_rows(session, insert(AttendeeSession), rows)


def _next_rank(session: Session, registration_id: int) -> int:
    ranks = select(func.max(Attendee.rank)).where(Attendee.registration_id == registration_id)
    return 1 + int(session.scalar(ranks) or 0)
