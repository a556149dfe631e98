"""Answer an offer, wait as single people, have the mail with the confirming link sent again."""

from flask.typing import ResponseReturnValue

from registration.booking.changes import offers as changes_offers
from registration.booking.changes import party as changes_party
from registration.booking.changes.change_address import send_verification
from registration.booking.models import Booking
from registration.booking.views.manage import act, target_in
from registration.booking.views.opening import check_pace
from registration.journal.services import ATTENDEE

# Mails with the confirming link that one booking may cause in an hour.
PER_BOOKING = 3


def accept(token: str, registration_id: int) -> ResponseReturnValue:
    """Take the seat that is offered."""
    return act(token, lambda booked: changes_offers.accept(target_in(booked, registration_id), ATTENDEE))


def decline(token: str, registration_id: int) -> ResponseReturnValue:
    """Leave the seat that is offered to the next in line."""
    return act(token, lambda booked: changes_offers.decline(target_in(booked, registration_id), ATTENDEE))


def split(token: str, registration_id: int) -> ResponseReturnValue:
    """Let each of a party that waits take a seat as soon as one is free."""
    return act(token, lambda booked: changes_party.split(target_in(booked, registration_id), ATTENDEE))


def verify_again(token: str) -> ResponseReturnValue:
    """Send the mail with the confirming link again."""

    def send(booked: Booking) -> None:
        booking_id = booked.id
        check_pace(f"verify:{booking_id}", PER_BOOKING)
        send_verification(booking_id)

    return act(token, send)
