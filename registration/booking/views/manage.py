"""The booking's own page, opened by its link: what I have, and everything I may do."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.models import Booking
from registration.booking.parts import prepared
from registration.booking.queries import booking as booking_by_id
from registration.booking.queries import seats_of
from registration.booking.services import cancel as cancelling
from registration.booking.services import feeds
from registration.booking.services.cancel import Target
from registration.capability.services import BOOKING, FEED, find, is_live, token_of
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.core.urls import public_url
from registration.ical.links import Subscriptions, additions, subscriptions
from registration.journal.services import ATTENDEE
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale


def show(token: str) -> ResponseReturnValue:
    """Show the booking."""
    booked = opened(token)
    feed_token = token_of(db.session(), booked.id, FEED)
    seats = seats_of(db.session(), booked.id, page_locale())
    active = [seat for seat in seats if seat.is_active]
    return render_template(
        "booking/booking.html",
        booking=booked,
        token=token,
        key=action_key(f"booking:{token}"),
        seats=seats,
        parts=prepared(db.session(), seats),
        subscribe=_subscribe(feed_token),
        qr_url=url_for("booking.feed_qr", token=feed_token) if feed_token else None,
        additions=additions(active[0].entry) if len(active) == 1 else None,
        is_sent=request.args.get("sent") == "calendar",
    )


def cancel(token: str, registration_id: int) -> ResponseReturnValue:
    """Give the seats, or the place on the waitlist, back."""
    return _act(token, lambda booked: cancelling.cancel(_target(booked, registration_id), ATTENDEE))


def cancel_attendee(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Give one attendee's seat back."""
    return _act(
        token,
        lambda booked: cancelling.cancel_attendee(_target(booked, registration_id), attendee_id, ATTENDEE),
    )


def renew_feed(token: str) -> ResponseReturnValue:
    """Give the calendar feed a new address; the old one ends."""
    return _act(token, lambda booked: feeds.renew_feed(booked.id))


def opened(token: str) -> Booking:
    """Return the booking that *token* opens. Raises NotFound, the same for every link that does not open."""
    capability = find(db.session(), token, BOOKING)
    booked = None
    if capability is not None and is_live(capability):
        booked = booking_by_id(db.session(), capability.subject_id)
    if booked is None:
        raise NotFound(_("This link does not open anything. Use the newest mail about your registration."))
    return booked


def _subscribe(feed_token: str | None) -> Subscriptions | None:
    if feed_token is None:
        return None
    return subscriptions(public_url(f"/feeds/{feed_token}.ics"), _("My registrations"))


def _act(token: str, action: Callable[[Booking], None]) -> ResponseReturnValue:
    booked = opened(token)
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    action(booked)
    return redirect(url_for("booking.booking", token=token), 303)


def _target(booked: Booking, registration_id: int) -> Target:
    for seat in seats_of(db.session(), booked.id, booked.locale):
        if seat.registration_id == registration_id:
            return Target(seat.event_id, registration_id, booked.id)
    raise NotFound(_("There is no such registration."))
