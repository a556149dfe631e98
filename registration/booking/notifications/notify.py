"""The mails of registrations: decided with the change, written when they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.notifications.kinds import (
    CANCELLED,
    CHANGED,
    CONFIRMED,
    DECLINED,
    EVENT_CANCELLED,
    EXPIRED,
    LINK,
    MOVED,
    OFFERED,
    PENDING,
    PROGRAMME,
    PROMOTED,
    REJECTED,
    REMOVED,
    SESSION_MOVED,
    SHRUNK,
    VERIFY,
    WAITLISTED,
)
from registration.booking.notifications.own_seat import announce_own, own_mails
from registration.core import clock
from registration.core.among import among
from registration.core.database import table
from registration.events.models import EventSession
from registration.events.wording import said
from registration.journal.services import SYSTEM, Actor
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.mail.queries import mailed_since
from registration.seats import rules
from registration.seats.changing import Change
from registration.seats.models import Registration

_TOLD_TOGETHER = frozenset({rules.CONFIRMED, rules.WAITLISTED, rules.PENDING})
CALENDAR = "calendar"

# One link mail per booking in this time, whoever asks how often: nobody's mailbox is filled by a stranger.
LINK_AGAIN_AFTER = timedelta(minutes=15)

# The mail that tells of a state, where the state alone decides.
_KIND_OF = {
    rules.WAITLISTED: WAITLISTED,
    rules.OFFERED: OFFERED,
    rules.EXPIRED: EXPIRED,
    rules.DECLINED: DECLINED,
    rules.PENDING: PENDING,
    rules.REJECTED: REJECTED,
    rules.UNVERIFIED: VERIFY,
}

_book = table(Booking).c
# Who is told about a booking, in which language, on whose behalf.
CONTACT = (_book.id, _book.organiser_id, _book.name, _book.email, _book.locale)
_CONTACTS = select(*CONTACT).where(among(_book.id, "ids"))

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


def announce(
    session: Session,
    changes: Sequence[Change],
    actor: Actor = SYSTEM,
    reason: str | None = None,
    known: Mapping[int, Row[Any]] | None = None,
    *,
    has_own: bool = True,
    by: str = "",
) -> None:
    """Decide one mail for each of *changes*, to the contact of its booking.

    What came of one form is one mail, however many events it asked for. *known* are rows of
    CONTACT, by booking, that need not be read again; *has_own* says that attendees may have addresses
    of their own.
    """
    if not changes:
        return
    contacts = dict(known or {})
    ids = sorted({change.booking_id for change in changes} - set(contacts))
    if ids:
        contacts |= {row.id: row for row in session.connection().execute(_CONTACTS, {"ids": ids})}
    messages = []
    several = _with_several_events(changes)
    told: set[int] = set()
    said: dict[tuple[int, int, str], dict[str, Any]] = {}
    for change in changes:
        contact = contacts[change.booking_id]
        if change.booking_id in several and change.before is None and change.after in _TOLD_TOGETHER:
            if change.booking_id not in told:
                messages.append(_outgoing(PROGRAMME, contact, change.event_id, change.registration_id, {}))
            told.add(change.booking_id)
            continue
        kind = _kind(change, actor)
        # The parts of one party are told of by one mail; an address is confirmed once for the whole form.
        key = (change.booking_id, 0 if kind == VERIFY else change.event_id, kind)
        if key in said:
            said[key].setdefault("parts", []).append(change.registration_id)
            continue
        facts: dict[str, Any] = {"state": change.after, "was": change.before}
        said[key] = facts
        if reason:
            facts["reason"] = reason
        if by or actor.kind == "coordinator":
            facts["by"] = by or actor.kind
        about = change.registration_id
        if kind == CANCELLED and (others := _other_parts(session, change)):
            # A party in parts goes on with the others: it is smaller, and still comes.
            kind, (about, *facts["parts"]) = SHRUNK, others
        messages.append(_outgoing(kind, contact, change.event_id, about, facts))
    enqueue(session, *messages)
    if has_own:
        announce_own(session, changes, reason, by or actor.kind)


def _other_parts(session: Session, change: Change) -> Sequence[int]:
    """Return the registrations that a booking still has of the event of *change*."""
    return session.scalars(
        select(Registration.id)
        .where(
            Registration.booking_id == change.booking_id,
            Registration.event_id == change.event_id,
            Registration.state.not_in(rules.ENDED),
        )
        .order_by(Registration.part)
    ).all()


def _with_several_events(changes: Sequence[Change]) -> set[int]:
    """Return the bookings whose one form has just asked for more than one event."""
    events: dict[int, set[int]] = {}
    for change in changes:
        if change.before is None:
            events.setdefault(change.booking_id, set()).add(change.event_id)
    return {booking_id for booking_id, event_ids in events.items() if len(event_ids) > 1}


def announce_shrunk(session: Session, registration_id: int, actor: Actor, **facts: str) -> None:
    """Decide the mail that tells of a smaller party, and whether its organisation made it so."""
    by = {"by": actor.kind} if actor.kind == "coordinator" else {}
    announce_one(session, registration_id, SHRUNK, **(by | facts))


def announce_choice(session: Session, registration_id: int, attendee_id: int, *, had_sessions: bool) -> None:
    """Decide the mail that tells of another category or other sessions of one attendee."""
    row = session.execute(_about(Registration.id == registration_id)).one()
    facts = {"chose": attendee_id, "had_sessions": had_sessions, "state": row.state}
    mail = _outgoing(CHANGED, row, row.event_id, registration_id, facts)
    enqueue(session, mail, *own_mails(session, [mail], attendee_id))


def announce_grown(session: Session, registration_id: int, attendee_ids: Sequence[int]) -> None:
    """Decide the mail that tells of more people in a party that waits."""
    announce_one(session, registration_id, CHANGED, joined=list(attendee_ids))


def announce_one(session: Session, registration_id: int, kind: str, **facts: Any) -> None:
    """Decide a mail of *kind* about one registration, to its contact."""
    row = session.execute(_about(Registration.id == registration_id)).one()
    enqueue(session, _outgoing(kind, row, row.event_id, registration_id, {**facts, "state": row.state}))


def announce_again(
    session: Session, registration_id: int, kind: str, attendee_id: int | None, facts: Mapping[str, Any]
) -> None:
    """Decide a mail that was decided before, to whom it went: the contact, or an attendee herself."""
    row = session.execute(_about(Registration.id == registration_id)).one()
    mail = _outgoing(kind, row, row.event_id, registration_id, {**facts, "state": row.state})
    mails = [mail] if attendee_id is None else own_mails(session, [mail], attendee_id)
    enqueue(session, *mails)


def moved_mails(session: Session, event_id: int, before: Mapping[str, Any]) -> list[Outgoing]:
    """Return a mail to everybody who holds or waits that the event was moved.

    *before* says when and where it was (events.queries.whereabouts).
    """
    mails = _to_all(session, event_id, MOVED, before=before)
    return mails + own_mails(session, mails)


def session_moved_mails(
    session: Session, registration_ids: Sequence[int], moved: EventSession, before: tuple[datetime, datetime]
) -> list[Outgoing]:
    """Return a mail about each of these registrations that a session has another time.

    *before* is when it began and ended until now.
    """
    names = ("starts_at", "ends_at", "was_starts_at", "was_ends_at")
    moments = (moved.starts_at, moved.ends_at, *before)
    times = {name: at.isoformat() for name, at in zip(names, moments, strict=True)}
    rows = session.execute(_about(among(Registration.id, registration_ids)).order_by(Registration.id)).all()
    mails = []
    for row in rows:
        told = times | {"name": said(moved.name, moved.translations, "name", row.locale)}
        facts = {"moved_session": told, "state": row.state}
        mails.append(_outgoing(SESSION_MOVED, row, row.event_id, row.registration_id, facts))
    return mails + own_mails(session, mails)


def event_cancelled_mails(session: Session, event_id: int, reason: str | None = None) -> list[Outgoing]:
    """Return a mail to everybody who holds or waits that the event is cancelled.

    A booking is told once, with however many registrations it waits or sits.
    """
    facts = {"reason": reason} if reason else {}
    mails = _to_all(session, event_id, EVENT_CANCELLED, **facts)
    contacts = {one.booking_id: one for one in reversed(mails)}.values()
    return [*contacts, *own_mails(session, mails)]


def announce_to(
    session: Session, registration_ids: Sequence[int], kind: str, mailing_id: int | None = None, **facts: Any
) -> int:
    """Decide a mail of *kind* about each of these registrations; return how many registrations these are."""
    mails = mails_to(session, registration_ids, kind, mailing_id, **facts)
    enqueue(session, *mails)
    return sum(one.attendee_id is None for one in mails)


def mails_to(
    session: Session, registration_ids: Sequence[int], kind: str, mailing_id: int | None = None, **facts: Any
) -> list[Outgoing]:
    """Return a mail of *kind* about each of these registrations.

    Left out is who cannot be reached or wants no reminders and messages.
    """
    query = _about(
        among(Registration.id, registration_ids),
        Booking.unreachable_at.is_(None),
        Booking.unsubscribed_at.is_(None),
    )
    rows = session.execute(query.order_by(Registration.id)).all()
    mails = [
        _outgoing(kind, row, row.event_id, row.registration_id, {**facts, "state": row.state}) for row in rows
    ]
    mails = [replace(mail, mailing_id=mailing_id) for mail in mails]
    return mails + own_mails(session, mails, may_be_refused=True)


def _to_all(session: Session, event_id: int, kind: str, **facts: Any) -> list[Outgoing]:
    """Return a mail of *kind* about each registration that has not ended."""
    query = _about(Registration.event_id == event_id, Registration.state.not_in(rules.ENDED))
    rows = session.execute(query.order_by(Registration.id)).all()
    return [
        _outgoing(kind, row, event_id, row.registration_id, {**facts, "state": row.state}) for row in rows
    ]


def _about(*conditions: Any) -> Select[*tuple[Any, ...]]:
    return select(*_TOLD).join(Registration, Registration.booking_id == Booking.id).where(*conditions)


def send_link_again(session: Session, emails: Sequence[str], event_ids: Sequence[int]) -> None:
    """Decide a mail with the link of each active booking of *emails* for these events."""
    query = _about(
        among(Booking.email_normal, emails),
        among(Registration.event_id, event_ids),
        Registration.state.not_in(rules.ENDED),
    )
    rows = session.execute(query).all()
    lately = clock.now() - LINK_AGAIN_AFTER
    of_links = OutgoingMessage.kind == LINK
    for row in rows:
        if not mailed_since(session, lately, OutgoingMessage.booking_id == row.id, of_links):
            enqueue(session, _outgoing(LINK, row, row.event_id, row.registration_id, {}))


def _kind(change: Change, actor: Actor) -> str:
    if change.after == rules.CONFIRMED:
        return PROMOTED if change.before in (rules.WAITLISTED, rules.OFFERED) else CONFIRMED
    if change.after == rules.CANCELLED:
        # What the system cancels, it cancels by a rule that the organiser made.
        return CANCELLED if actor.kind == "attendee" else REMOVED
    return _KIND_OF[rules.State(change.after)]


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
