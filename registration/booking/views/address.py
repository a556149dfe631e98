"""The page that the mail to a new address leads to."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.handovers import wanted_address
from registration.booking.models import Booking
from registration.booking.queries import booking as booking_by_id
from registration.booking.queries import seats_of
from registration.booking.services.readdress import confirm_address
from registration.booking.views.opening import does_not_open, opened_link
from registration.capability.services import ADDRESS
from registration.core.database import db
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale


def show(token: str) -> ResponseReturnValue:
    """Ask whether mails shall go to the new address."""
    booked, email = _opened(token)
    seats = [one for one in seats_of(db.session(), booked.id, page_locale()) if one.is_active]
    return render_template(
        "booking/address.html", token=token, email=email, seats=seats, key=action_key(f"address:{token}")
    )


def confirm(token: str) -> ResponseReturnValue:
    """Move the booking to the new address and show it under its new link."""
    booked, _email = _opened(token)
    check_action_key(f"address:{token}", request.form.get("key", ""))
    event_ids = [one.event_id for one in seats_of(db.session(), booked.id, page_locale())]
    return redirect(url_for("booking.booking", token=confirm_address(booked.id, event_ids)), 303)


def _opened(token: str) -> tuple[Booking, str]:
    booking_id = opened_link(token, ADDRESS).subject_id
    booked, email = booking_by_id(db.session(), booking_id), wanted_address(db.session(), booking_id)
    if booked is None or email is None:
        raise does_not_open()
    return booked, email
