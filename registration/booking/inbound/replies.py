"""Take what calendars answer to our invitations. An answer never changes a seat: it asks or tells by mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registration.booking.inbound.calendar_reply import CalendarAnswer
from registration.booking.models import Attendee, Booking
from registration.booking.notifications.kinds import (
    ANSWERED_ELSEWHERE,
    ANSWERS,
    COUNTER_ANSWERED,
    DECLINE_ASKED,
    REPLIES,
)
from registration.booking.notifications.notify import announce_again
from registration.core import clock
from registration.core.among import among
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, Note, record
from registration.mail.addresses import Numbered, read_number
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from registration.mail.queries import mailed_since
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration

# A calendar that answers itself in circles fills nobody's mailbox, and not for ever.
ASKED_AGAIN_AFTER = timedelta(hours=12)
MOST_ASKED = 5
ASKED = "asked"
_NOTE = "calendar-answer"
_MAIL_FOR = {"declined": DECLINE_ASKED, "counter": COUNTER_ANSWERED, ASKED: ANSWERED_ELSEWHERE}


@dataclass(frozen=True)
class Noted:
    """What was understood: whose registration, and what her calendar says.

    `asked`: somebody else answered her invitation, which says nothing of her; she was told.
    """

    registration_id: int
    answer: str


@dataclass(frozen=True)
class _Invited:
    """Whom an address of ours was made for: somebody at an event, or whoever has a registration."""

    event_id: int
    email: str


@dataclass(frozen=True)
class _Claim:
    """A registration that is under way, with the others of its party."""

    id: int
    parts: tuple[int, ...]
    # Whose seat of it is meant, where she was invited by an address of her own.
    attendee_id: int | None = None


def is_known(address: str) -> Callable[[str], bool]:
    """Return what says whether an address has the form of those that we make of *address*."""
    return lambda found: read_number(found, address) is not None


def note_reply(answer: CalendarAnswer, address: str) -> Noted:
    """Note a calendar's answer; ask by mail before anything follows of it. Raises Ignored.

    *address* is where answers go. Only the MAC in it tells to which invitation: anybody may write anything
    into From. Only in the name of whom it was made for can the answer count.
    """
    numbers = [one for found in answer.recipients if (one := read_number(found, address)) is not None]
    if not numbers:
        raise Ignored("The answer is not to an invitation of ours.")
    return write_tx(lambda session: _note(session, numbers, answer))


def _note(session: Session, numbers: Sequence[Numbered], answer: CalendarAnswer) -> Noted:
    invited = _invited(session, numbers, answer)
    if invited is None:
        raise Ignored("The answer is not to an invitation of ours.")
    # Two answers at once come one after the other.
    gates.hold(session, [invited.event_id])
    if session.scalar(select(Event.uid).where(Event.id == invited.event_id)) != answer.uid:
        raise Ignored("The answer names another event than its address.")
    claim = _claim(session, invited) or _own_claim(session, invited)
    if claim is None:
        raise Ignored("The registration has ended.")
    says = answer.of(invited.email) or ASKED
    if says != ASKED and not _is_noted(session, claim.id, says):
        note = Note(_NOTE, event_id=invited.event_id, registration_id=claim.id, after=says)
        record(session, ATTENDEE, note)
    kind = _MAIL_FOR.get(says)
    if kind is not None and not _was_told(session, claim, kind):
        facts = {"parts": list(claim.parts)} if claim.parts else {}
        announce_again(session, claim.id, kind, claim.attendee_id, facts)
    return Noted(claim.id, says)


def _invited(session: Session, numbers: Sequence[Numbered], answer: CalendarAnswer) -> _Invited | None:
    """Return for whom the first of *numbers* that is ours was made."""
    for one in numbers:
        emails = [speaker.email for speaker in answer.speakers if speaker.email]
        found = _named(one, emails) or _of_registration(session, one)
        # In nobody's name who was invited: then whose invitation was it?
        found = found or _named(one, _emails_of(session, one.number))
        if found is not None:
            return found
    return None


def _named(one: Numbered, emails: Sequence[str]) -> _Invited | None:
    return next((_Invited(one.number, email) for email in emails if one.is_ours(ANSWERS, email)), None)


def _of_registration(session: Session, one: Numbered) -> _Invited | None:
    """Return who has the registration that an address of an earlier release was made for."""
    if not one.is_ours(REPLIES):
        return None
    row = session.execute(
        select(Registration.event_id, Booking.email_normal)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Registration.id == one.number)
    ).one_or_none()
    return None if row is None else _Invited(row.event_id, row.email_normal)


def _emails_of(session: Session, event_id: int) -> Sequence[str]:
    """Return who has something under way at an event."""
    contacts = select(Booking.email_normal).join(Registration, Registration.booking_id == Booking.id)
    own = select(Attendee.email_normal).join(Registration, Registration.id == Attendee.registration_id)
    return session.scalars(
        contacts.where(_is_under_way(event_id)).union(
            own.where(_is_under_way(event_id), Attendee.email_normal != "")
        )
    ).all()


def _claim(session: Session, invited: _Invited) -> _Claim | None:
    """Return what somebody has at an event: the best of it, and the rest of that booking."""
    rows = session.execute(
        select(Registration.id, Registration.booking_id, Registration.state)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(_is_under_way(invited.event_id), Booking.email_normal == invited.email)
        .order_by(Registration.id)
    ).all()
    if not rows:
        return None
    first = min(rows, key=lambda row: (row.state != rules.CONFIRMED, row.state != rules.OFFERED, row.id))
    parts = [row.id for row in rows if row.booking_id == first.booking_id and row.id != first.id]
    return _Claim(first.id, tuple(parts))


def _own_claim(session: Session, invited: _Invited) -> _Claim | None:
    """Return the seat that somebody has by an address of her own in a registration of somebody else."""
    row = session.execute(
        select(Registration.id, Attendee.id.label("attendee_id"))
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(
            _is_under_way(invited.event_id),
            Attendee.email_normal == invited.email,
            Attendee.email_normal != "",
            Attendee.removed_at.is_(None),
        )
        .order_by(Registration.state != rules.CONFIRMED, Registration.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else _Claim(row.id, (), row.attendee_id)


def _is_under_way(event_id: int) -> ColumnElement[bool]:
    return (Registration.event_id == event_id) & Registration.state.not_in(rules.ENDED)


def _is_noted(session: Session, registration_id: int, says: str) -> bool:
    """Say whether this very answer is the last one noted, not long ago."""
    last = session.execute(
        select(JournalEntry.after, JournalEntry.at)
        .where(JournalEntry.registration_id == registration_id, JournalEntry.action == _NOTE)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and last.after == says and last.at > clock.now() - ASKED_AGAIN_AFTER


def _was_told(session: Session, claim: _Claim, kind: str) -> bool:
    told = (
        among(OutgoingMessage.registration_id, [claim.id, *claim.parts]),
        OutgoingMessage.kind == kind,
        OutgoingMessage.attendee_id.is_not_distinct_from(claim.attendee_id),
    )
    lately = clock.now() - ASKED_AGAIN_AFTER
    return mailed_since(session, lately, *told) or mailed_since(session, None, *told, times=MOST_ASKED)
