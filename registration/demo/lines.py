"""The demo's events with other rules: a dinner whose seats are offered, a round table with approval."""

from datetime import timedelta

from sqlalchemy import select, update

from registration.accounts.models import Account
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import approve, reject
from registration.booking.changes.offers import decline
from registration.booking.changes.target import Target
from registration.booking.changes.verify_address import verify
from registration.booking.rules import Wish
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.demo import programme as plan
from registration.demo.filling import apply, event_id, party_of
from registration.demo.people import Crowd
from registration.journal.services import ATTENDEE, organiser_actor
from registration.mail.models import PENDING, SUPERSEDED, OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration


def fill_dinner(crowd: Crowd) -> None:
    """Fill the dinner with people of the meeting; of its seats some are offered, declined and missed."""
    now = clock.now()
    with clock.running(lambda: now - timedelta(days=5)):
        for _one in range(plan.DINNER_SEATS + 6):
            people = party_of(crowd, 1)
            at_meeting = party_of(crowd, 1, plan.MEETING, "Member", like=people)
            apply(people, (Wish(event_id(plan.MEETING), at_meeting), Wish(event_id(plan.DINNER), people)))
    with clock.running(lambda: now - timedelta(days=4)):
        _cancel(plan.DINNER, 1)
    # The offer made then was never answered: it ends, and the next in line has one.
    sweep()
    _cancel(plan.DINNER, 2)
    decline(_first(plan.DINNER, rules.OFFERED), ATTENDEE)
    _leave_in_the_past()


def fill_round_table(crowd: Crowd) -> None:
    """Let some people ask; some addresses are confirmed, some requests decided."""
    for _one in range(7):
        people = party_of(crowd, 1)
        apply(people, (Wish(event_id(plan.ROUND_TABLE), people),))
    booked = db.session.scalars(
        select(Registration.booking_id)
        .where(Registration.event_id == event_id(plan.ROUND_TABLE))
        .order_by(Registration.place)
    ).all()
    for booking_id in booked[:-1]:
        verify(booking_id)
    owner = db.session.scalars(select(Account.id).where(Account.email == "owner.cocir@example.org")).one()
    for _one in range(3):
        approve(_first(plan.ROUND_TABLE, rules.PENDING), organiser_actor(owner))
    reason = "This round table is for regulators; the annual meeting is open to you."
    reject(_first(plan.ROUND_TABLE, rules.PENDING), organiser_actor(owner), reason)


def _first(slug: str, state: str) -> Target:
    db.session.rollback()
    row = db.session.execute(
        select(Registration.event_id, Registration.id)
        .where(Registration.event_id == event_id(slug), Registration.state == state)
        .order_by(Registration.place)
        .limit(1)
    ).one()
    return Target(row.event_id, row.id)


def _cancel(slug: str, count: int) -> None:
    for _one in range(count):
        cancel(_first(slug, rules.CONFIRMED), ATTENDEE)


def _leave_in_the_past() -> None:
    """What was decided days ago is not sent now."""
    write_tx(
        lambda session: session.execute(
            update(OutgoingMessage)
            .where(
                OutgoingMessage.state == PENDING,
                OutgoingMessage.created_at < clock.now() - timedelta(hours=1),
            )
            .values(state=SUPERSEDED, last_error="demo: this was days ago")
        )
    )
