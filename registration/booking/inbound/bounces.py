"""Note what other mail servers report: at the mail, and at the address when there is nobody behind it."""

from collections.abc import Callable

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.rules import is_unreachable
from registration.core import clock
from registration.core.locking import locked_one
from registration.core.text import normal_email
from registration.core.transaction import write_tx
from registration.mail import outbox
from registration.mail.addresses import number_in
from registration.mail.incoming import Ignored
from registration.mail.models import BOUNCED, OutgoingMessage
from registration.mail.reports import Report
from registration.mail.worker import BOUNCES


def is_known(address: str) -> Callable[[str], bool]:
    """Return what says whether an address is one of *address* that we made for a mail."""
    return lambda found: number_in(found, address, BOUNCES) is not None


def note_bounce(report: Report, address: str) -> int:
    """Note *report* at the mail it is about and return its id. Raises Ignored when it is not about ours.

    *address* is where such reports go.
    """
    numbers = (number_in(found, address, BOUNCES) for found in report.recipients) if address else ()
    message_id = next((number for number in numbers if number is not None), None)
    if message_id is None:
        raise Ignored("The report is not about a mail of ours.")
    if not write_tx(lambda session: _note(session, message_id, report)):
        raise Ignored("The mail is not there any more, or its bounce is known.")
    return message_id


def _note(session: Session, message_id: int, report: Report) -> bool:
    outcome = BOUNCED if report.action == "failed" else report.action
    if not outbox.note_report(session, message_id, outcome, report.detail):
        return False
    message = session.get_one(OutgoingMessage, message_id)
    # A mail that was sent on bounces for another address, which says nothing of the one we know.
    # Of an attendee's own address it says nothing about the contact's.
    is_contact = message.booking_id is not None and message.attendee_id is None
    if is_contact and report.says_nobody_there and _is_same(report, message):
        assert message.booking_id is not None
        _count(session, message.booking_id, message_id)
    return True


def _count(session: Session, booking_id: int, message_id: int) -> None:
    """Count a report that there is nobody, and mark the address when that is enough. It frees no seat."""
    # Locked before it is read: two reports at once are two.
    booking = locked_one(session, Booking, booking_id)
    first = session.scalar(
        select(func.min(OutgoingMessage.id)).where(
            OutgoingMessage.booking_id == booking_id, OutgoingMessage.attendee_id.is_(None)
        )
    )
    booking.bounces += 1
    if booking.unreachable_at is None and is_unreachable(booking.bounces, is_first=first == message_id):
        session.execute(update(Booking).where(Booking.id == booking_id).values(unreachable_at=clock.now()))


def _is_same(report: Report, message: OutgoingMessage) -> bool:
    if not report.recipient:
        return True
    try:
        return normal_email(report.recipient) == normal_email(message.to_email)
    except ValueError:
        return False
