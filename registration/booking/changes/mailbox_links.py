"""Which links a booking has once its mailbox was confirmed, or is another one."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registration.booking.models import AddressChange
from registration.capability import services as capability


def end_wish(session: Session, booking_id: int) -> None:
    """Forget the wish for another address; its link ends."""
    session.execute(delete(AddressChange).where(AddressChange.booking_id == booking_id))
    capability.revoke(session, booking_id, capability.ADDRESS)


def renew_links(session: Session, booking_id: int) -> None:
    """Give the booking to who reads its mailbox: all links that others have end."""
    end_wish(session, booking_id)
    capability.renew(session, booking_id, capability.BOOKING, capability.FEED)
