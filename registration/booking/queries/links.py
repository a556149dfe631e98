"""Read what links stand for: the booking behind one, and the links that a booking has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import AddressChange, Booking
from registration.capability.models import Capability
from registration.capability.services import BOOKING, FEED, token_of
from registration.core.tokens import hashed
from registration.core.transaction_cache import keep


def booking_behind(session: Session, token: str) -> tuple[Capability, Booking] | None:
    """Return the link *token*, revoked ones included, with the booking it is of, or None."""
    row = session.execute(
        select(Capability, Booking)
        .join(Booking, Booking.id == Capability.subject_id)
        .where(Capability.token_hash == hashed(token), Capability.purpose == BOOKING)
    ).one_or_none()
    return None if row is None else (row.Capability, row.Booking)


def feed_and_wanted_address(session: Session, booking_id: int) -> tuple[str | None, str | None]:
    """Return the token of a booking's feed, and the address that it is to move to once that is confirmed."""
    row = session.execute(
        select(Capability.nonce, Capability.token_hash, AddressChange.email)
        .select_from(Booking)
        .outerjoin(
            Capability,
            (Capability.subject_id == Booking.id)
            & (Capability.purpose == FEED)
            & Capability.revoked_at.is_(None),
        )
        .outerjoin(AddressChange, AddressChange.booking_id == Booking.id)
        .where(Booking.id == booking_id)
    ).one()
    keep(session, ("link", FEED, booking_id), row if row.nonce is not None else None)
    return token_of(session, booking_id, FEED), row.email
