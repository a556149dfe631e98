"""The mails of registrations: decided with the change, written when they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.core import clock
from registration.core.database import table
from registration.journal.services import SYSTEM, Actor
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.seats import rules
from registration.seats.changing import Change
from registration.seats.models import Registration

CONFIRMED = "confirmed"
WAITLISTED = "waitlisted"
PROMOTED = "promoted"
CANCELLED = "cancelled"
REMOVED = "removed"
SHRUNK = "shrunk"
LINK = "link"
MOVED = "moved"

# One link mail per booking in this time, whoever asks how often: nobody's mailbox is filled by a stranger.
LINK_AGAIN_AFTER = timedelta(minutes=15)

_book = table(Booking).c
_CONTACTS = select(_book.id, _book.organiser_id, _book.name, _book.email, _book.locale).where(
    _book.id.in_(bindparam("ids", expanding=True))
)


# Who is told of a registration, and what of it.
_TOLD = (
    Booking.id,
    Booking.organiser_id,
    Booking.name,
    Booking.email,
    Booking.locale,
    Registration.event_id,
    Registration.id.label("registration_id"),
    Registration.state,
)


@dataclass(frozen=True)
class Contact:
    """Who is told about a booking, in which language, on whose behalf."""

    id: int
    organiser_id: int
    name: str
    email: str
    locale: str


def announce(
    session: Session,
    changes: Sequence[Change],
    actor: Actor = SYSTEM,
    reason: str | None = None,
    known: Mapping[int, Contact] | None = None,
) -> None:
    """Decide one mail for each of *changes*, to the contact of its booking.

    *known* are contacts, by booking, that need not be read again.
    """
    if not changes:
        return
    contacts: dict[int, Any] = dict(known or {})
    ids = sorted({change.booking_id for change in changes} - set(contacts))
    if ids:
        contacts |= {row.id: row for row in session.connection().execute(_CONTACTS, {"ids": ids})}
    messages = []
    for change in changes:
        facts: dict[str, Any] = {"state": change.after}
        if reason:
            facts["reason"] = reason
        contact = contacts[change.booking_id]
        messages.append(
            _outgoing(_kind(change, actor), contact, change.event_id, change.registration_id, facts)
        )
    enqueue(session, *messages)


def announce_shrunk(session: Session, registration_id: int) -> None:
    """Decide the mail that tells of a smaller party."""
    row = session.execute(
        select(*_TOLD)
        .join(Registration, Registration.booking_id == Booking.id)
        .where(Registration.id == registration_id)
    ).one()
    enqueue(session, _outgoing(SHRUNK, row, row.event_id, registration_id, {"state": row.state}))


def announce_moved(session: Session, event_id: int, before: str) -> int:
    """Decide a mail to everybody who holds or waits that the event was moved; return how many.

    *before* says when and where it was, as people read it.
    """
    rows = session.execute(
        select(*_TOLD)
        .join(Registration, Registration.booking_id == Booking.id)
        .where(Registration.event_id == event_id, Registration.state.not_in(rules.ENDED))
        .order_by(Registration.id)
    ).all()
    enqueue(
        session,
        *(
            _outgoing(MOVED, row, event_id, row.registration_id, {"state": row.state, "before": before})
            for row in rows
        ),
    )
    return len(rows)


def send_link_again(session: Session, emails: Sequence[str], event_ids: Sequence[int]) -> None:
    """Decide a mail with the link of each active booking of *emails* for these events."""
    rows = session.execute(
        select(*_TOLD)
        .join(Registration, Registration.booking_id == Booking.id)
        .where(
            Booking.email_normal.in_(emails),
            Registration.event_id.in_(event_ids),
            Registration.state.not_in(rules.ENDED),
        )
    ).all()
    for row in rows:
        if not _has_had_link(session, row.id):
            enqueue(session, _outgoing(LINK, row, row.event_id, row.registration_id, {}))


def _has_had_link(session: Session, booking_id: int) -> bool:
    latest = select(OutgoingMessage.id).where(
        OutgoingMessage.booking_id == booking_id,
        OutgoingMessage.kind == LINK,
        OutgoingMessage.created_at > clock.now() - LINK_AGAIN_AFTER,
    )
    return session.scalar(latest.limit(1)) is not None


def _kind(change: Change, actor: Actor) -> str:
    if change.after == rules.CONFIRMED:
        return PROMOTED if change.before == rules.WAITLISTED else CONFIRMED
    if change.after == rules.CANCELLED:
        # What the system cancels, it cancels by a rule that the organiser made.
        return CANCELLED if actor.kind == "attendee" else REMOVED
    return WAITLISTED


def _outgoing(
    kind: str, contact: Any, event_id: int, registration_id: int, facts: dict[str, Any]
) -> Outgoing:
    return Outgoing(
        kind=kind,
        locale=contact.locale,
        to_name=contact.name,
        to_email=contact.email,
        organiser_id=contact.organiser_id,
        event_id=event_id,
        booking_id=contact.id,
        registration_id=registration_id,
        facts=facts,
    )
