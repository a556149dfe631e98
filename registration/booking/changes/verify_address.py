"""Confirm that an address is the contact's: by the link in a mail to it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.changes.mailbox_links import renew_links
from registration.booking.changes.target import is_called_off, settle
from registration.booking.models import Booking
from registration.core import clock
from registration.core.locking import locked_one
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE, SYSTEM
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.models import Registration


def verify(booking_id: int) -> bool:
    """Let every registration of the booking in that waited for this; say whether any was in time.

    Whose hold has passed has lost it to the next in line; again is no error. The first time the booking
    gets new links: whoever filled in the form has the old ones, and need not be who reads the mailbox.
    """
    return write_tx(lambda session: verify_within(session, booking_id))


def verify_within(session: Session, booking_id: int) -> bool:
    """Do what `verify` does, as a step of another change."""
    event_ids = _events_of(session, booking_id)
    with gates.all_locked(session, event_ids) as locked:
        found = session.execute(
            select(Registration.id, Registration.event_id, Registration.state, Registration.hold_expires_at)
            .where(Registration.booking_id == booking_id)
            .order_by(Registration.id)
        ).all()
        at = clock.now()
        is_in_time = any(row.state not in rules.ENDED and row.state != rules.UNVERIFIED for row in found)
        for event_id, gate in locked.items():
            if is_called_off(session, event_id):
                continue
            changes = []
            for row in found:
                if row.event_id != event_id or row.state != rules.UNVERIFIED:
                    continue
                if row.hold_expires_at is not None and at >= row.hold_expires_at:
                    changes.append(engine.release(session, gate, row.id, rules.EXPIRED, SYSTEM))
                else:
                    changes.append(engine.enter_line(session, gate, row.id, ATTENDEE))
                    is_in_time = True
            settle(session, gate, changes, ATTENDEE)
        _take_over(session, booking_id, is_verified=is_in_time)
        return is_in_time


def _take_over(session: Session, booking_id: int, *, is_verified: bool) -> None:
    """Give the booking to who reads its mailbox, the first time she shows that she does."""
    booked = locked_one(session, Booking, booking_id)
    if booked.verified_at is not None:
        return
    if is_verified:
        booked.verified_at = clock.now()
        session.flush()
    renew_links(session, booking_id)


def _events_of(session: Session, booking_id: int) -> list[int]:
    """Return whose gates are to be locked. A booking's events never change but by joining more."""
    return list(
        session.scalars(select(Registration.event_id).where(Registration.booking_id == booking_id).distinct())
    )
