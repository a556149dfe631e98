"""Mail to attendees who gave an address of their own, beside the contact's: about their own seat alone.

The contact hears of the whole registration. Somebody else who has a seat of it, and whose address was given,
hears of that seat: that she has it, that it is hers no longer, that the event changed. Nobody hears of a
waitlist that somebody else joined for her; her first mail is the one that says she has a seat.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, Booking
from registration.booking.notifications.kinds import CONFIRMED, PROMOTED, SEAT_ENDED
from registration.core.among import among
from registration.core.database import table
from registration.mail.outbox import Outgoing, enqueue
from registration.seats import rules
from registration.seats.changing import Change
from registration.seats.models import Registration

_who, _held, _book = table(Attendee).c, table(Registration).c, table(Booking).c
_OWN = (
    select(
        _who.id,
        _who.name,
        _who.email,
        _who.unsubscribed_at,
        _who.registration_id,
        _held.event_id,
        _held.state,
        _book.id.label("booking_id"),
        _book.organiser_id,
        _book.locale,
    )
    .join_from(table(Attendee), table(Registration), _held.id == _who.registration_id)
    .join(table(Booking), _book.id == _held.booking_id)
    .where(
        among(_who.registration_id, "ids"),
        _who.removed_at.is_(None),
        _who.email_normal != "",
        _who.email_normal != _book.email_normal,
    )
    .order_by(_who.registration_id, _who.rank)
)


def announce_own(session: Session, changes: Sequence[Change], reason: str | None, by: str) -> None:
    """Decide the mails to those whose own seat *changes* gave or took; *by* is the kind of who did it."""
    gained = {one.registration_id for one in changes if one.after == rules.CONFIRMED}
    lost = {
        one.registration_id for one in changes if one.before == rules.CONFIRMED and one.after in rules.ENDED
    }
    facts = {"by": by, **({"reason": reason} if reason else {})}
    mails = []
    for row in _with_own_address(session, gained | lost):
        if row.registration_id in gained:
            mails.append(_outgoing(CONFIRMED, row, {}))
        else:
            mails.append(_outgoing(SEAT_ENDED, row, facts))
    enqueue(session, *mails)


def announce_seat_ended(session: Session, attendee_id: int, by: str) -> None:
    """Decide the mail to an attendee who is about to be removed from a registration that has its seats."""
    for row in _with_own_address(session, _registration_of(session, attendee_id)):
        if row.id == attendee_id and row.state == rules.CONFIRMED:
            enqueue(session, _outgoing(SEAT_ENDED, row, {"by": by}))


def announce_new_address(session: Session, attendee_id: int, before: str) -> None:
    """Decide the mails when somebody else's address was corrected: the new one has the seat, the old one not.

    *before* is what stood there until now, empty where nothing did.
    """
    for row in _with_own_address(session, _registration_of(session, attendee_id)):
        if row.id != attendee_id or row.state != rules.CONFIRMED or row.email == before:
            continue
        enqueue(session, _outgoing(CONFIRMED, row, {}))
        if before:
            ended = _outgoing(SEAT_ENDED, row, {"by": "address"})
            enqueue(session, replace(ended, to_email=before))


def own_mails(
    session: Session,
    mails: Sequence[Outgoing],
    attendee_id: int | None = None,
    *,
    may_be_refused: bool = False,
) -> list[Outgoing]:
    """Return *mails* of contacts as attendees with an address and a seat of their own get them.

    With *attendee_id* hers alone. *may_be_refused* mails leave out who wants no reminders and messages.
    """
    about = {one.registration_id: one for one in mails if one.registration_id is not None}
    found = []
    for row in _with_own_address(session, about):
        mail = about[row.registration_id]
        is_hers = attendee_id is None or row.id == attendee_id
        if row.state == rules.CONFIRMED and is_hers and not (may_be_refused and row.unsubscribed_at):
            kind = CONFIRMED if mail.kind == PROMOTED else mail.kind
            found.append(replace(_outgoing(kind, row, mail.facts), mailing_id=mail.mailing_id))
    return found


def _with_own_address(session: Session, registration_ids: Collection[int]) -> Iterable[Any]:
    if not registration_ids:
        return ()
    return session.connection().execute(_OWN, {"ids": sorted(registration_ids)}).all()


def _registration_of(session: Session, attendee_id: int) -> set[int]:
    found = session.scalar(select(Attendee.registration_id).where(Attendee.id == attendee_id))
    return set() if found is None else {found}


def _outgoing(kind: str, row: Any, facts: dict[str, Any]) -> Outgoing:
    return Outgoing(
        kind=kind,
        locale=row.locale,
        to_name=row.name,
        to_email=row.email,
        organiser_id=row.organiser_id,
        event_id=row.event_id,
        booking_id=row.booking_id,
        registration_id=row.registration_id,
        attendee_id=row.id,
        facts=facts,
    )
