"""The mails about seats that are handed on and addresses that change: decided with the change."""

from sqlalchemy.orm import Session

from registration.booking.models import Booking, Handover
from registration.mail.outbox import Outgoing, enqueue

HANDOVER = "handover"
HANDED = "handed"
TAKEN = "taken"
NOT_TAKEN = "not_taken"
ADDRESS = "address"
ADDRESS_LEFT = "address_left"
ADDRESS_NEW = "address_new"
LINKS = "links"


def about_handover(
    session: Session,
    kind: str,
    handover: Handover,
    event_id: int,
    *to: tuple[str, str, str],
    booking_id: int | None = None,
) -> None:
    """Decide a mail about *handover* to each of *to* (name, address, language).

    *booking_id* is theirs, where it is not the one that the seat is handed on from.
    """
    booked = session.get_one(Booking, handover.booking_id)
    enqueue(
        session,
        *(
            Outgoing(
                kind=kind,
                locale=locale,
                to_name=name,
                to_email=email,
                organiser_id=booked.organiser_id,
                event_id=event_id,
                booking_id=booking_id or handover.booking_id,
                registration_id=handover.registration_id,
                facts={"handover": handover.id},
            )
            for name, email, locale in to
        ),
    )


def about_address(
    session: Session,
    kind: str,
    booked: Booking,
    to_email: str,
    registration_id: int | None = None,
    event_id: int | None = None,
) -> None:
    """Decide a mail about a new address of *booked*."""
    enqueue(
        session,
        Outgoing(
            kind=kind,
            locale=booked.locale,
            to_name=booked.name,
            to_email=to_email,
            organiser_id=booked.organiser_id,
            event_id=event_id,
            booking_id=booked.id,
            registration_id=registration_id,
        ),
    )
