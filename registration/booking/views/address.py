"""The page that the mails to be confirmed lead to: a first address, or a new one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.changes.change_address import confirm_address
from registration.booking.changes.verify_address import verify
from registration.booking.models import Booking
from registration.booking.queries.bookings import booking as booking_by_id
from registration.booking.queries.bookings import seats_of
from registration.booking.queries.handovers import wanted_address
from registration.booking.views.opening import does_not_open, opened_link
from registration.capability.services import ADDRESS, BOOKING, VERIFY, find, is_live, token_of
from registration.core.database import db
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale


def show(token: str) -> ResponseReturnValue:
    """Ask whether mails shall go to this address."""
    booked, new_address = _opened(token)
    seats = [one for one in seats_of(db.session(), booked.id, page_locale()) if one.is_active]
    return render_template(
        "booking/address.html",
        token=token,
        is_new=new_address is not None,
        email=new_address or booked.email,
        seats=seats,
        key=action_key(f"address:{token}"),
    )


def confirm(token: str) -> ResponseReturnValue:
    """Take the address for confirmed, and show the booking under the link that it has then."""
    booked, new_address = _opened(token)
    check_action_key(f"address:{token}", request.form.get("key", ""))
    booking_id = booked.id
    if new_address is not None:
        event_ids = [one.event_id for one in seats_of(db.session(), booking_id, page_locale())]
        confirm_address(booking_id, event_ids)
    else:
        verify(booking_id)
    own_token = token_of(db.session(), booking_id, BOOKING)
    if own_token is None:
        raise does_not_open()
    return redirect(url_for("booking.booking", token=own_token), 303)


def _opened(token: str) -> tuple[Booking, str | None]:
    """Return the booking, and the new address where it is to get one."""
    session = db.session()
    first = find(session, token, VERIFY)
    if first is not None and is_live(first):
        booked, new_address = booking_by_id(session, first.subject_id), None
    else:
        booking_id = opened_link(token, ADDRESS).subject_id
        booked, new_address = booking_by_id(session, booking_id), wanted_address(session, booking_id)
        if new_address is None:
            raise does_not_open()
    if booked is None:
        raise does_not_open()
    return booked, new_address
