"""Reach people whose mail did not arrive: send it again, or correct where it goes."""

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from registration.booking.admission.attendees import identity
from registration.booking.changes.cancel import Target
from registration.booking.changes.mailbox_links import renew_links
from registration.booking.models import Attendee, Booking
from registration.booking.notifications.kinds import CORRECTED, SHAPES
from registration.booking.notifications.notify import announce_again, announce_one
from registration.booking.queries.bookings import has_enough
from registration.capability import services as capability
from registration.core.locking import locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.text import normal_email
from registration.core.transaction import write_tx
from registration.journal.services import Actor, Note, record
from registration.mail import outbox
from registration.mail.models import FAILED, PENDING, OutgoingMessage
from registration.mail.queries import is_under_way
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration


def send_again(target: Target, message_id: int, actor: Actor) -> None:
    """Send what a mail said once more, as a new mail to the present address.

    Raises NotFound, or Refusal while one is on its way or when its news is old.
    """
    write_tx(lambda session: _send_again(session, target, message_id, actor))


def retry(event_id: int, actor: Actor, message_id: int | None = None) -> int:
    """Try the failed mails of an event again, or one of them, and return how many."""

    def work(session: Session) -> int:
        conditions = [OutgoingMessage.event_id == event_id]
        if message_id is not None:
            conditions.append(OutgoingMessage.id == message_id)
        count = outbox.retry(session, *conditions)
        record(session, actor, Note("mails-retried", event_id=event_id, facts={"mails": count}))
        return count

    return write_tx(work)


def correct_address(target: Target, email: str, actor: Actor) -> None:
    """Give a booking another address and tell it the link; the old links end at once.

    Whoever got them at the wrong address must not keep them. Raises NotFound, Refusal.
    """
    write_tx(lambda session: _correct(session, target, email, actor))


def _send_again(session: Session, target: Target, message_id: int, actor: Actor) -> None:
    # Under the gate two presses of the button come one after the other.
    gates.hold(session, [target.event_id])
    row = session.execute(
        select(
            OutgoingMessage.kind,
            OutgoingMessage.attendee_id,
            OutgoingMessage.facts,
            Registration.state.label("now"),
        )
        .join(Registration, Registration.id == OutgoingMessage.registration_id)
        .where(
            OutgoingMessage.id == message_id,
            OutgoingMessage.event_id == target.event_id,
            OutgoingMessage.registration_id == target.registration_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("This email was not found."))
    if is_under_way(
        session,
        OutgoingMessage.registration_id == target.registration_id,
        OutgoingMessage.kind == row.kind,
    ):
        raise Refusal(_("This email is already being sent. Wait until it has left."))
    shape = SHAPES.get(row.kind)
    if shape is not None and shape.claims not in (None, row.now):
        raise Refusal(_("This email is out of date. Send one with the current status."))
    announce_again(session, target.registration_id, row.kind, row.attendee_id, dict(row.facts))
    note = Note("mail-sent-again", event_id=target.event_id, registration_id=target.registration_id)
    record(session, actor, note)


def _correct(session: Session, target: Target, email: str, actor: Actor) -> None:
    booking_id = session.scalar(
        select(Registration.booking_id).where(
            Registration.id == target.registration_id,
            Registration.event_id == target.event_id,
            Registration.state.not_in(rules.ENDED),
        )
    )
    if booking_id is None:
        raise NotFound(_("There is no such registration, or it has ended."))
    normal = normal_email(email)
    events = _held(session, Registration.booking_id == booking_id)
    gates.hold(session, events)
    booking = locked_one(session, Booking, booking_id)
    if booking.email_normal == normal:
        raise Refusal(_("This is already the email address of this registration."), field="email")
    if any(has_enough(session, normal, event_id) for event_id in set(events)):
        raise Refusal(_("This email address is already registered for this event."), field="email")
    _change(session, booking, email, normal)
    renew_links(session, booking_id)
    # The wrong mailbox has the link that confirms, too.
    capability.renew(session, booking_id, capability.VERIFY)
    announce_one(session, target.registration_id, CORRECTED)
    note = Note("address-corrected", event_id=target.event_id, registration_id=target.registration_id)
    record(session, actor, note)


def _change(session: Session, booking: Booking, email: str, normal: str) -> None:
    old = booking.email
    booking.email, booking.email_normal = email, normal
    booking.bounces, booking.unreachable_at, booking.unsubscribed_at = 0, None, None
    people = session.scalars(
        select(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Registration.booking_id == booking.id, Attendee.email == old)
    )
    for one in people:
        for name, value in identity(one.name, email, one.firm).items():
            setattr(one, name, value)
    session.execute(
        update(OutgoingMessage)
        .where(
            OutgoingMessage.booking_id == booking.id,
            OutgoingMessage.attendee_id.is_(None),
            OutgoingMessage.state.in_((PENDING, FAILED)),
        )
        .values(to_email=email)
        .execution_options(synchronize_session=False)
    )


def _held(session: Session, condition: ColumnElement[bool]) -> list[int]:
    query = (
        select(Registration.event_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(condition, Registration.state.not_in(rules.ENDED))
    )
    return list(session.scalars(query))
