"""The attendee's own feed address."""

from registration.capability.services import FEED, replace, revoke
from registration.core.transaction import write_tx


def renew_feed(booking_id: int) -> None:
    """Give the booking's feed a new address; whoever polls the old one is told that it is gone."""
    write_tx(lambda session: replace(session, booking_id, FEED))


def end_feed(booking_id: int) -> None:
    """End the booking's feed without a new address."""
    write_tx(lambda session: revoke(session, booking_id, FEED))
