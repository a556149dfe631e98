"""Move a registration to another event, without losing the seat it has until the new one is certain."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registration.booking.admission.attendees import name_attendees
from registration.booking.admission.pool_needs import Member, needs_of, priority_of
from registration.booking.answers.carry_over import carried
from registration.booking.changes.party import check_choice, check_may_wait, check_open
from registration.booking.changes.target import NotNow, Target, check_state, is_moving, registration_of
from registration.booking.models import Attendee, Booking
from registration.booking.notifications.kinds import CANCELLED
from registration.booking.notifications.notify import announce, announce_one
from registration.booking.notifications.own_seat import announce_own
from registration.booking.queries.bookings import has_enough
from registration.booking.rules import Person
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE, SYSTEM, Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.attendance import check_empty
from registration.seats.models import Registration
from registration.seats.too_large import check_can_ever_fit


def move(
    target: Target, event_id: int, categories: Mapping[int, int | None], actor: Actor = ATTENDEE
) -> None:
    """Ask for seats for the same people at *event_id*; what they have is given back once those are certain.

    *categories* are those of the new event, by the attendee's id. Raises NoRoom, NotNow, NotFound, Refusal.
    """
    write_tx(lambda session: _move(session, target, event_id, categories, actor))


def finish(registration_id: int) -> None:
    """Give back what a registration replaces, now that its own seats are certain; again is no error."""
    write_tx(lambda session: _finish(session, registration_id))


def waiting_moves(session: Session) -> list[int]:
    """Return the registrations whose seats are certain and whose earlier ones were not given back yet."""
    return list(
        session.scalars(
            select(Registration.id)
            .where(Registration.replaces_id.is_not(None), Registration.state == rules.CONFIRMED)
            .order_by(Registration.id)
        )
    )


def _move(
    session: Session, target: Target, event_id: int, categories: Mapping[int, int | None], actor: Actor
) -> None:
    if event_id == target.event_id:
        raise NotNow(_l("You are registered for this event already."))
    with gates.all_locked(session, [target.event_id, event_id]) as locked:
        registration = registration_of(session, target)
        # Who waits to move already would in the end have both: the first choice and the second.
        movable = () if is_moving(session, registration) else (rules.WAITLISTED, rules.CONFIRMED)
        check_state(registration, *movable)
        check_open(session, event_id)
        booked = session.get_one(Booking, registration.booking_id)
        # By another form too: an address has one registration for an event, or as many as the operator
        # lets it.
        if has_enough(session, booked.email_normal, event_id):
            raise NotNow(_l("You have a registration for that event already."))
        check_empty(registration.inside, actor)
        coming = session.scalars(
            select(Attendee)
            .where(Attendee.registration_id == registration.id, Attendee.removed_at.is_(None))
            .order_by(Attendee.rank)
        ).all()
        answers = carried(session, [one.id for one in coming], event_id, categories)
        people = [
            Person(one.name, one.email, one.firm, categories.get(one.id), answers.get(one.id, ()))
            for one in coming
        ]
        for person in people:
            check_choice(session, event_id, person.category_id, ())
        gate = locked[event_id]
        members = [Member(one.category_id, (), one.firm, one.email or booked.email) for one in people]
        claim = engine.Claim(
            len(people),
            needs_of(session, gate, members),
            priority_of(session, [one.category_id for one in people]),
            calendar_sequence=1 + _last_sequence(session, booked.email_normal, event_id),
            is_trusted=True,
            replaces_id=registration.id,
        )
        check_can_ever_fit(session, gate, claim.needs)
        admitted = engine.admit(session, gate, claim)
        check_may_wait(session, admitted)
        changes = engine.join(session, [admitted], [registration.booking_id], actor)
        name_attendees(session, [changes[0].registration_id], [people])
        announce(session, changes, actor=actor)
        if admitted.state == rules.CONFIRMED:
            _give_up(session, locked[target.event_id], registration.id, changes[0].registration_id, actor)
        for one in locked.values():
            announce(session, engine.drain(session, one, actor), actor=actor)


def _last_sequence(session: Session, email_normal: str, event_id: int) -> int:
    """Return how far the calendar entry of an address has come that was registered there before, or -1."""
    newest = (
        select(func.max(Registration.calendar_sequence))
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.email_normal == email_normal, Registration.event_id == event_id)
    )
    found = session.scalar(newest)
    return -1 if found is None else found


def _finish(session: Session, registration_id: int) -> None:
    known = session.execute(
        select(Registration.event_id, Registration.replaces_id).where(Registration.id == registration_id)
    ).one()
    if known.replaces_id is None:
        return
    old_event = session.execute(
        select(Registration.event_id).where(Registration.id == known.replaces_id)
    ).scalar_one()
    with gates.locked(session, old_event) as gate:
        row = session.execute(
            select(Registration.state, Registration.replaces_id).where(Registration.id == registration_id)
        ).one()
        if row.state == rules.CONFIRMED and row.replaces_id is not None:
            _give_up(session, gate, row.replaces_id, registration_id, SYSTEM)
        announce(session, engine.drain(session, gate, SYSTEM))


def _give_up(session: Session, gate: gates.Gate, old_id: int, new_id: int, actor: Actor) -> None:
    """End the earlier registration, and tell that she moved; whoever came in there keeps both."""
    state, inside = session.execute(
        select(Registration.state, Registration.inside).where(Registration.id == old_id)
    ).one()
    if state not in rules.ENDED and not inside:
        change = engine.release(
            session, gate, old_id, rules.CANCELLED, actor, f"moved to registration {new_id}"
        )
        # Its calendar entry goes, and nobody else made it go.
        announce_one(session, old_id, CANCELLED, moved=True)
        announce_own(session, [change], None, "moved")
    session.execute(update(Registration).where(Registration.id == new_id).values(replaces_id=None))
