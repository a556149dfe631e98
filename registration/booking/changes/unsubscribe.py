"""End reminders and messages, which are not about the registration itself."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, Booking
from registration.core import clock
from registration.core.transaction import write_tx


def unsubscribe(booking_id: int) -> None:
    """Send this address no more reminders and messages of the booking's organiser; again is no error.

    Mails about the registration itself still come. A later booking begins anew.
    """

    def work(session: Session) -> None:
        of = session.execute(
            select(Booking.organiser_id, Booking.email_normal).where(Booking.id == booking_id)
        ).one_or_none()
        if of is not None:
            session.execute(
                update(Booking)
                .where(
                    Booking.organiser_id == of.organiser_id,
                    Booking.email_normal == of.email_normal,
                    Booking.unsubscribed_at.is_(None),
                )
                .values(unsubscribed_at=clock.now())
                .execution_options(synchronize_session=False)
            )

    write_tx(work)


def unsubscribe_attendee(attendee_id: int) -> None:
    """Send an attendee's own address no more reminders and messages about this seat; again is no error."""

    def work(session: Session) -> None:
        session.execute(
            update(Attendee)
            .where(Attendee.id == attendee_id, Attendee.unsubscribed_at.is_(None))
            .values(unsubscribed_at=clock.now())
        )

    write_tx(work)
