"""An organiser's message to many: drafted, tried on herself, sent in batches, stopped when it was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registration.accounts.models import Account
from registration.booking.models import Booking, EventMail
from registration.booking.notifications.consequences import Tell, tell_or_ask
from registration.booking.notifications.kinds import MATERIALS, MESSAGE, SAMPLE
from registration.booking.notifications.notify import announce_to, mails_to
from registration.core import clock, optimistic_lock
from registration.core.background_loop import each
from registration.core.children import child_of
from registration.core.database import db
from registration.core.locking import locked, locked_one
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import forget_calendar_notes, touch
from registration.journal.services import Actor, Note, record
from registration.mail.models import PENDING, SUPERSEDED, OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.organiser.attendees.queries import Filters, filters_from, registrations
from registration.organiser.mailing.models import DRAFT, QUEUED, QUEUEING, STOPPED, Mailing
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration

BATCH = 200


class ListChanged(Refusal):
    """The list is not what it was when the number on the button was drawn."""


@dataclass(frozen=True)
class Recipients:
    """How many get a message, how many of the list do not, and one of them to show it for."""

    count: int
    left_out: int
    sample: int | None


def recipients(session: Session, event_id: int, filters: Filters) -> Recipients:
    """Return whom the filters mean: one contact for each registration."""
    meant = registrations(event_id, filters).subquery()
    row = session.execute(
        select(func.count(), func.min(Registration.id))
        .join_from(meant, Registration, Registration.id == meant.c.id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.unreachable_at.is_(None), Booking.unsubscribed_at.is_(None))
    ).one()
    everybody = session.scalar(select(func.count()).select_from(meant)) or 0
    return Recipients(int(row[0]), everybody - int(row[0]), row[1])


def draft(event_id: int, subject: str, body: str, filters: Filters, account_id: int | None) -> int:
    """Keep a message that is not sent yet and return its id."""

    def work(session: Session) -> int:
        mailing = Mailing(
            event_id=event_id,
            account_id=account_id,
            subject=subject,
            body=body,
            filters=filters.query(),
            created_at=clock.now(),
        )
        session.add(mailing)
        session.flush()
        return mailing.id

    return write_tx(work)


def rewrite(event_id: int, mailing_id: int, subject: str, body: str) -> None:
    """Change the words of a draft. Raises NotFound, or Refusal when it was sent."""

    def work(session: Session) -> None:
        mailing = _draft(session, event_id, mailing_id)
        mailing.subject, mailing.body = subject, body

    write_tx(work)


def send(event_id: int, mailing_id: int, expected: int, actor: Actor) -> None:
    """Begin to send a draft to *expected* people. Raises NotFound, ListChanged, Refusal when it was sent."""

    def work(session: Session) -> None:
        mailing = _draft(session, event_id, mailing_id)
        count = recipients(session, event_id, filters_from(mailing.filters)).count
        if count != expected or count == 0:
            raise ListChanged(_("The list has changed. Look at the number and press the button again."))
        mailing.state, mailing.total = QUEUEING, count
        record(session, actor, Note("message-sent", event_id=event_id, facts={"people": count}))

    write_tx(work)


def stop(event_id: int, mailing_id: int, actor: Actor) -> int:
    """Send no more of a message; return how many do not get it."""

    def work(session: Session) -> int:
        mailing = _mailing(session, event_id, mailing_id)
        stopped = session.execute(
            update(OutgoingMessage)
            .where(OutgoingMessage.mailing_id == mailing_id, OutgoingMessage.state == PENDING)
            .values(state=SUPERSEDED, last_error=None)
            .execution_options(synchronize_session=False)
        )
        decided = session.scalar(select(func.count()).where(OutgoingMessage.mailing_id == mailing_id))
        missed = int(stopped.rowcount) + max(mailing.total - int(decided or 0), 0)  # type: ignore[attr-defined]
        mailing.state, mailing.filters = STOPPED, {}
        record(session, actor, Note("message-stopped", event_id=event_id, facts={"people": missed}))
        return missed

    return write_tx(work)


def send_sample(account: Account, event: Event, facts: Mapping[str, Any], locale: str) -> None:
    """Send to *account* what a message or a text of hers would look like."""
    mail = Outgoing(
        SAMPLE,
        locale,
        account.name,
        account.email,
        organiser_id=event.organiser_id,
        event_id=event.id,
        facts=dict(facts),
    )
    write_tx(lambda session: enqueue(session, mail))


def tell_materials(event_id: int, actor: Actor, *, tell: Tell = True) -> int:
    """Tell everybody who had a seat that presentations and papers are there; return how many.

    Raises ToBeTold where *tell* is None and somebody would be told.
    """

    def work(session: Session) -> int:
        ids = list(
            session.scalars(
                select(Registration.id).where(
                    Registration.event_id == event_id, Registration.state == rules.CONFIRMED
                )
            )
        )
        event, mails = session.get_one(Event, event_id), mails_to(session, ids, MATERIALS)
        told = tell_or_ask(session, event, mails, tell, may_be_silent=False)
        record(session, actor, Note("materials-told", event_id=event_id, facts={"people": told}))
        return told

    return write_tx(work)


def choose(
    event_id: int,
    reminder_days: int | None,
    attaches_ticket: bool,
    alarm_minutes: int | None = None,
    calendar_note: str = "",
    seen: str = "",
) -> None:
    """Choose what the mails of an event do, and what the calendars of those who have a seat do besides.

    *seen* are the marks of the form. Raises ChangedMeanwhile.
    """
    wanted = {
        "reminder_days": reminder_days,
        "attaches_ticket": attaches_ticket,
        "alarm_before": alarm_minutes,
        "calendar_note": calendar_note,
    }

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        choice = locked(session, EventMail, event_id)
        event = locked_one(session, Event, event_id)
        optimistic_lock.check(seen, _stored(event, choice), wanted)
        if choice is None:
            choice = EventMail(event_id=event_id)
            session.add(choice)
        choice.reminder_days, choice.attaches_ticket = reminder_days, attaches_ticket
        if (event.alarm_minutes, event.calendar_note) != (alarm_minutes, calendar_note):
            event.alarm_minutes, event.calendar_note = alarm_minutes, calendar_note
            if not calendar_note:
                forget_calendar_notes(session, event)
            touch(event)

    write_tx(work)


def stored_choices(session: Session, event: Event) -> dict[str, object]:
    """Return what the mails of *event* do, by the names of the form; its alarm in minutes."""
    return _stored(event, session.scalar(select(EventMail).where(EventMail.event_id == event.id)))


def _stored(event: Event, choice: EventMail | None) -> dict[str, object]:
    return {
        "reminder_days": choice.reminder_days if choice else None,
        "attaches_ticket": bool(choice and choice.attaches_ticket),
        "alarm_before": event.alarm_minutes,
        "calendar_note": event.calendar_note,
    }


def messages_of(session: Session, event_id: int) -> Sequence[Mailing]:
    """Return the organiser's messages about an event, newest first."""
    query = select(Mailing).where(Mailing.event_id == event_id).order_by(Mailing.id.desc())
    return session.scalars(query).all()


def progress(session: Session, mailing_id: int) -> dict[str, int]:
    """Return how many mails of a message are in which state."""
    rows = session.execute(
        select(OutgoingMessage.state, func.count())
        .where(OutgoingMessage.mailing_id == mailing_id)
        .group_by(OutgoingMessage.state)
    )
    return {state: int(count) for state, count in rows}


def find(session: Session, event_id: int, mailing_id: int) -> Mailing:
    """Return a message of the event. Raises NotFound."""
    return _mailing(session, event_id, mailing_id)


def queue_some() -> int:
    """Put the next batch of a message under way into the outbox; return how many that was."""
    under_way = db.session.scalars(select(Mailing.id).where(Mailing.state == QUEUEING).order_by(Mailing.id))
    return each(lambda one: write_tx(lambda session: _queue_some(session, one)), under_way.all(), "mailing")


def _queue_some(session: Session, mailing_id: int) -> int:
    mailing = session.scalars(
        select(Mailing)
        .where(Mailing.id == mailing_id, Mailing.state == QUEUEING)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if mailing is None:
        return 0
    meant = registrations(mailing.event_id, filters_from(mailing.filters)).subquery()
    ids = list(
        session.scalars(
            select(meant.c.id).where(meant.c.id > mailing.last_id).order_by(meant.c.id).limit(BATCH)
        )
    )
    announce_to(session, ids, MESSAGE, mailing_id=mailing.id)
    if ids:
        mailing.last_id = ids[-1]
    if len(ids) < BATCH:
        mailing.state, mailing.filters = QUEUED, {}
    return len(ids)


def _draft(session: Session, event_id: int, mailing_id: int) -> Mailing:
    mailing = _mailing(session, event_id, mailing_id)
    if mailing.state != DRAFT:
        raise Refusal(_("This message was sent already."))
    return mailing


def _mailing(session: Session, event_id: int, mailing_id: int) -> Mailing:
    sentence = _("There is no such message.")
    return child_of(session, Mailing, mailing_id, sentence, lock=True, event_id=event_id)
