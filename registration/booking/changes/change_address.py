"""Change the address of a booking: asked by its owner, confirmed from the new mailbox."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registration.booking.changes.edit import follow_firms, rename
from registration.booking.changes.mailbox_links import end_wish, renew_links
from registration.booking.changes.verify_address import verify_within
from registration.booking.changes.written import Corrected
from registration.booking.models import AddressChange, Attendee, Booking
from registration.booking.notifications import handover as handing
from registration.booking.notifications.kinds import VERIFY as VERIFY_MAIL
from registration.booking.queries.bookings import has_enough
from registration.capability import services as capability
from registration.core import clock, optimistic_lock
from registration.core.among import among
from registration.core.locking import locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.text import normal_email
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE, Note, record
from registration.mail.models import FAILED, PENDING, OutgoingMessage
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import Registration

# So long the link in the mail to a new address works.
LINK_LIVES = timedelta(hours=24)


class AddressTaken(Refusal):
    """The address is registered for one of these events already."""

    code = "address-taken"


def contact_of(booked: Booking) -> dict[str, object]:
    """Return what stands written of a contact, by the names of the form's fields."""
    return {"name": booked.name, "locale": booked.locale}


def change_contact(booking_id: int, name: str, locale: str, email: str = "", seen: str = "") -> None:
    """Change how the contact is called and which language her mails are in; *email* is asked to confirm.

    *seen* are the marks of the form: what somebody else has changed since stays. Raises ChangedMeanwhile.
    """

    def work(session: Session) -> None:
        booked = locked_one(session, Booking, booking_id)
        kept = optimistic_lock.merged(seen, contact_of(booked), {"name": name, "locale": locale})
        booked.name, booked.locale = str(kept["name"]), str(kept["locale"])
        session.flush()
        if email:
            _ask(session, booked, email)

    write_tx(work)


def ask_address(booking_id: int, email: str) -> None:
    """Send a link to *email*; until it is used, everything stays with the old address."""
    write_tx(lambda session: _ask(session, locked_one(session, Booking, booking_id), email))


def send_verification(booking_id: int) -> None:
    """Send the mail with the confirming link again, where something waits for it."""

    def work(session: Session) -> None:
        waiting = session.execute(
            select(Registration.id, Registration.event_id)
            .where(Registration.booking_id == booking_id, Registration.state == rules.UNVERIFIED)
            .order_by(Registration.id)
        ).first()
        if waiting is not None:
            booked = session.get_one(Booking, booking_id)
            handing.about_address(session, VERIFY_MAIL, booked, booked.email, waiting.id, waiting.event_id)

    write_tx(work)


def forget_address(booking_id: int) -> None:
    """Take back the wish for another address; its link ends."""

    def work(session: Session) -> None:
        locked_one(session, Booking, booking_id)
        end_wish(session, booking_id)

    write_tx(work)


def confirm_address(booking_id: int, event_ids: Sequence[int]) -> str:
    """Move the booking to its new address and return its new link; the old one ends.

    *event_ids* are the events of the booking. Raises AddressTaken, FirmFull, NotFound.
    """
    return write_tx(lambda session: _confirm(session, booking_id, event_ids))


def _ask(session: Session, booked: Booking, email: str) -> None:
    session.execute(delete(AddressChange).where(AddressChange.booking_id == booked.id))
    session.add(AddressChange(booking_id=booked.id, email=email, asked_at=clock.now()))
    capability.replace(session, booked.id, capability.ADDRESS, clock.now() + LINK_LIVES)
    handing.about_address(session, handing.ADDRESS, booked, email)


def _confirm(session: Session, booking_id: int, event_ids: Sequence[int]) -> str:
    with gates.all_locked(session, event_ids) as locked:
        _change(session, booking_id, locked)
    renew_links(session, booking_id)
    # Who reads the old mailbox has the link that confirms, too.
    capability.renew(session, booking_id, capability.VERIFY)
    # Who reads the new mailbox has confirmed the booking too.
    verify_within(session, booking_id)
    token = capability.token_of(session, booking_id, capability.BOOKING)
    assert token is not None
    return token


def _change(session: Session, booking_id: int, locked: Mapping[int, Gate]) -> None:
    booked, change = locked_one(session, Booking, booking_id), session.get(AddressChange, booking_id)
    if change is None:
        raise NotFound(_("This link was used already."))
    email = change.email
    active = session.execute(
        select(Registration.id, Registration.event_id)
        .where(Registration.booking_id == booking_id, Registration.state.not_in(rules.ENDED))
        .order_by(Registration.id)
    ).all()
    if not {row.event_id for row in active} <= set(locked):
        raise Refusal(_("The booking was just changed. Press the button once more."))
    _check_free(session, booking_id, normal_email(email), [row.event_id for row in active])
    old, booked.email, booked.email_normal = booked.email, email, normal_email(email)
    session.flush()
    # What waits in the outbox goes where she reads from now on, and not where her new link would be read.
    session.execute(
        update(OutgoingMessage)
        .where(
            OutgoingMessage.booking_id == booking_id,
            OutgoingMessage.to_email == old,
            OutgoingMessage.state.in_((PENDING, FAILED)),
        )
        .values(to_email=email)
    )
    # Two steps of the calendar's sequence: one takes it out of the old mailbox, one puts it into the new.
    session.execute(
        update(Registration)
        .where(among(Registration.id, [row.id for row in active]))
        .values(calendar_sequence=Registration.calendar_sequence + 2, changed_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    _rename(session, [row.id for row in active], old, email)
    for gate in locked.values():
        ours = [row.id for row in active if row.event_id == gate.event_id]
        follow_firms(session, gate, ours, ATTENDEE)
    for row in active:
        handing.about_address(session, handing.ADDRESS_LEFT, booked, old, row.id)
        handing.about_address(session, handing.ADDRESS_NEW, booked, email, row.id)
        note = Note("address", event_id=row.event_id, registration_id=row.id)
        record(session, ATTENDEE, note)


def _rename(session: Session, registration_ids: Sequence[int], old: str, email: str) -> None:
    """Give the contact's new address to the attendees who had the old one: it is herself."""
    mine = select(Attendee).where(
        among(Attendee.registration_id, registration_ids),
        Attendee.email == old,
        Attendee.removed_at.is_(None),
    )
    for one in session.scalars(mine).all():
        rename(session, Corrected(one.id, one.name, email, one.firm))


def _check_free(session: Session, booking_id: int, email_normal: str, event_ids: Sequence[int]) -> None:
    """Raise AddressTaken where this address has no room for another booking of the same event."""
    if any(has_enough(session, email_normal, event_id, booking_id) for event_id in set(event_ids)):
        raise AddressTaken(
            _("This address has a registration of its own for the same event. Cancel one of the two first.")
        )
