"""The attendee's own feed addresses: of one booking, and of all that her address has registered."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.messages import CALENDAR
from registration.booking.models import Booking, PersonalFeed
from registration.booking.person import Person, address_hash
from registration.capability.services import FEED, replace, revoke
from registration.core import clock
from registration.core.transaction import write_tx
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.seats.models import Registration

# One such mail per address in this time, whoever asks how often.
AGAIN_AFTER = timedelta(minutes=15)


def renew_feed(booking_id: int) -> None:
    """Give the booking's feed a new address; whoever polls the old one is told that it is gone."""
    write_tx(lambda session: replace(session, booking_id, FEED))


def end_feed(booking_id: int) -> None:
    """End the booking's feed without a new address."""
    write_tx(lambda session: revoke(session, booking_id, FEED))


def mail_feed(person: Person) -> None:
    """Send the address of the feed of everything to the e-mail address that it is about."""
    write_tx(lambda session: _mail(session, person))


def renew_person_feed(person: Person) -> None:
    """Give the feed of everything a new address, which goes out by mail; the old one is gone."""

    def work(session: Session) -> None:
        key = (person.organiser_id, address_hash(person))
        known = session.get(PersonalFeed, key, with_for_update=True)
        if known is None:
            session.add(PersonalFeed(organiser_id=key[0], address_hash=key[1], generation=1))
        else:
            known.generation += 1
        session.flush()
        _mail(session, person, is_renewed=True)

    write_tx(work)


def _mail(session: Session, person: Person, *, is_renewed: bool = False) -> None:
    row = session.execute(
        select(Booking.id, Booking.name, Booking.email, Booking.locale, Registration.id.label("registration"))
        .join(Registration, Registration.booking_id == Booking.id)
        .where(Booking.email_normal == person.email, Booking.organiser_id == person.organiser_id)
        .order_by(Registration.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or (not is_renewed and _has_had_it(session, person)):
        return
    message = Outgoing(
        kind=CALENDAR,
        locale=row.locale,
        to_name=row.name,
        to_email=row.email,
        organiser_id=person.organiser_id,
        booking_id=row.id,
        registration_id=row.registration,
    )
    enqueue(session, message)


def _has_had_it(session: Session, person: Person) -> bool:
    latest = (
        select(OutgoingMessage.id)
        .join(Booking, Booking.id == OutgoingMessage.booking_id)
        .where(
            Booking.email_normal == person.email,
            Booking.organiser_id == person.organiser_id,
            OutgoingMessage.kind == CALENDAR,
            OutgoingMessage.created_at > clock.now() - AGAIN_AFTER,
        )
    )
    return session.scalar(latest.limit(1)) is not None
