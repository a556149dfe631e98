"""The attendee's own feed addresses: of one booking, and of all that her address has registered."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registration.booking.calendar.owner import FeedOwner, address_hash
from registration.booking.calendar.registrations import SessionDisplay
from registration.booking.models import Booking, PersonalFeed
from registration.booking.notifications.notify import CALENDAR
from registration.capability.services import FEED, replace, revoke
from registration.core import clock
from registration.core.locking import locked_one
from registration.core.transaction import write_tx
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.mail.queries import mailed_since
from registration.seats.models import Registration

# One such mail per address in this time, whoever asks how often.
AGAIN_AFTER = timedelta(minutes=15)


def renew_feed(booking_id: int) -> None:
    """Give the booking's feed a new address; whoever polls the old one is told that it is gone."""
    write_tx(lambda session: replace(session, booking_id, FEED))


def end_feed(booking_id: int) -> None:
    """End the booking's feed without a new address."""
    write_tx(lambda session: revoke(session, booking_id, FEED))


def mail_feed(person: FeedOwner) -> None:
    """Send the address of the feed of everything to the e-mail address that it is about."""
    write_tx(lambda session: _mail(session, person))


def renew_person_feed(person: FeedOwner) -> None:
    """Give the feed of everything a new address, which goes out by mail; the old one is gone."""

    def work(session: Session) -> None:
        _kept(session, person).generation += 1
        session.flush()
        _mail(session, person, is_renewed=True)

    write_tx(work)


def show_sessions(owner: FeedOwner | int, *, is_apart: bool) -> None:
    """Let sessions stand apart or in the text of their event, in the calendar of a person or a booking."""
    write_tx(lambda session: _show_sessions(session, owner, is_apart=is_apart))


def _show_sessions(session: Session, owner: FeedOwner | int, *, is_apart: bool) -> None:
    kept = _kept(session, owner) if isinstance(owner, FeedOwner) else locked_one(session, Booking, owner)
    # Pressed twice is wished once.
    if SessionDisplay(kept.sessions_turned).is_apart != is_apart:
        kept.sessions_turned += 1
        kept.sessions_turned_at = clock.now()
    session.flush()


def _kept(session: Session, person: FeedOwner) -> PersonalFeed:
    """Return the locked row of a person's feed; two who need it first at once get the same one."""
    key = {"organiser_id": person.organiser_id, "address_hash": address_hash(person)}
    insert = postgresql.insert if session.connection().dialect.name == "postgresql" else sqlite.insert
    row = insert(PersonalFeed).values(**key, generation=0)
    session.execute(row.on_conflict_do_nothing())
    return locked_one(session, PersonalFeed, key)


def _mail(session: Session, person: FeedOwner, *, is_renewed: bool = False) -> None:
    row = session.execute(
        select(Booking.id, Booking.name, Booking.email, Booking.locale, Registration.id.label("registration"))
        .join(Registration, Registration.booking_id == Booking.id)
        .where(Booking.email_normal == person.email, Booking.organiser_id == person.organiser_id)
        .order_by(Registration.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    # Two who ask at once are told once.
    locked_one(session, Booking, row.id)
    if not is_renewed and _has_had_it(session, person):
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


def _has_had_it(session: Session, person: FeedOwner) -> bool:
    hers = select(Booking.id).where(
        Booking.email_normal == person.email, Booking.organiser_id == person.organiser_id
    )
    return mailed_since(
        session,
        clock.now() - AGAIN_AFTER,
        OutgoingMessage.booking_id.in_(hers),
        OutgoingMessage.kind == CALENDAR,
    )
