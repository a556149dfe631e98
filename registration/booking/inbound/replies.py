"""Take what calendars answer to our invitations. An answer never changes a seat: it asks or tells by mail."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.inbound.calendar_reply import CalendarAnswer
from registration.booking.notifications.kinds import COUNTER_ANSWERED, DECLINE_ASKED, REPLIES
from registration.booking.notifications.notify import announce_one
from registration.core import clock
from registration.core.locking import locked_one
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.services import ATTENDEE, Note, record
from registration.mail.addresses import number_in
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration

# A calendar that answers itself in circles fills nobody's mailbox.
ASKED_AGAIN_AFTER = timedelta(hours=12)
_MAIL_FOR = {"declined": DECLINE_ASKED, "counter": COUNTER_ANSWERED}


@dataclass(frozen=True)
class Noted:
    """What was understood: whose registration, and what her calendar says."""

    registration_id: int
    answer: str


def note_reply(answer: CalendarAnswer, address: str) -> Noted:
    """Note a calendar's answer; ask by mail before anything follows of it. Raises Ignored.

    *address* is where answers go. Only the MAC in it tells whose answer it is: anybody may write anything
    into From.
    """
    numbers = (number_in(found, address, REPLIES) for found in answer.recipients) if address else ()
    registration_id = next((number for number in numbers if number is not None), None)
    if registration_id is None:
        raise Ignored("The answer is not to an invitation of ours.")
    write_tx(lambda session: _note(session, registration_id, answer))
    return Noted(registration_id, answer.says)


def _note(session: Session, registration_id: int, answer: CalendarAnswer) -> None:
    row = session.execute(
        select(Registration.state, Event.id, Event.uid)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
    ).one_or_none()
    if row is None or row.uid != answer.uid:
        raise Ignored("The answer names another event than its address.")
    if row.state in rules.ENDED:
        raise Ignored("The registration has ended.")
    note = Note("calendar-answer", event_id=row.id, registration_id=registration_id, after=answer.says)
    record(session, ATTENDEE, note)
    kind = _MAIL_FOR.get(answer.says)
    # Two answers at once lead to one mail.
    locked_one(session, Registration, registration_id)
    if kind is not None and not _was_told(session, registration_id, kind):
        announce_one(session, registration_id, kind)


def _was_told(session: Session, registration_id: int, kind: str) -> bool:
    latest = select(OutgoingMessage.id).where(
        OutgoingMessage.registration_id == registration_id,
        OutgoingMessage.kind == kind,
        OutgoingMessage.created_at > clock.now() - ASKED_AGAIN_AFTER,
    )
    return session.scalar(latest.limit(1)) is not None
