"""The booking's own page, opened by its link: what I have, and everything I may do."""

from collections.abc import Callable, Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.calendar import services as calendar_services
from registration.booking.calendar.registrations import SessionDisplay
from registration.booking.changes import cancel as cancelling
from registration.booking.changes import change_address
from registration.booking.changes import handover as changes_handover
from registration.booking.changes.cancel import Target
from registration.booking.models import Booking
from registration.booking.queries.alternatives import alternatives, choices_of
from registration.booking.queries.bookings import Seat, seats_of
from registration.booking.queries.endings import endings, left_behind
from registration.booking.queries.handovers import handovers_about, moved_away
from registration.booking.queries.links import feed_and_wanted_address
from registration.booking.views.calendar import seats_only_address
from registration.booking.views.opening import opened
from registration.booking.views.page_parts import prepared
from registration.capability.links import path_of
from registration.capability.services import FEED
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.rules import EventStatus
from registration.ical.answers import feed_address
from registration.ical.links import Subscriptions, additions, subscriptions
from registration.journal.queries import called_off
from registration.journal.services import ATTENDEE
from registration.seating.waitlist_outlook import prospects
from registration.seats import rules
from registration.seats.queries import availability
from registration.web.guards import action_key, check_action_key
from registration.web.locale import page_locale


def show(token: str) -> ResponseReturnValue:
    """Show the booking."""
    session, booked = db.session(), opened(token)
    seats = seats_of(session, booked.id, page_locale())
    waits_for = [one.event_id for one in seats if one.state == rules.WAITLISTED]
    feed_token, wanted = feed_and_wanted_address(session, booked.id)
    handovers, has_left = handovers_about(session, booked.id, [one.registration_id for one in seats])
    off = [one.event_id for one in seats if one.event_status == EventStatus.CANCELLED]
    active = [one for one in seats if one.is_active and one.event_id not in off]
    kept = {one.registration_id: one.replaces_id for one in active if one.replaces_id is not None}
    choices = choices_of(session, [one.event_id for one in active])
    return render_template(
        "booking/booking.html",
        booking=booked,
        token=token,
        key=page_key(token),
        seats=seats,
        prospects=prospects(session, waits_for),
        endings=endings(session, [one.registration_id for one in seats if not one.is_active]),
        called_off=called_off(session, off),
        left_behind=left_behind(session, booked, seats, page_locale()),
        rooms=availability(session, [one.event_id for one in seats if one.may_split]),
        choices=choices.chosen,
        alternatives={
            one.registration_id: alternatives(session, booked, one.event_id, page_locale())
            for one in active
            if one.event_id in choices.linked
            and one.may_move
            and one.registration_id not in {*kept, *kept.values()}
        },
        invited_only={one.event_id for one in active if one.by_invitation},
        kept=kept,
        handovers=handovers,
        moved=moved_away(session, booked.id, page_locale()) if has_left else [],
        wanted_address=wanted,
        parts=prepared(session, seats),
        subscribe=_subscribe(feed_token),
        seats_only=seats_only_address(feed_token) if feed_token else "",
        qr_url=url_for("booking.feed_qr", token=feed_token) if feed_token else None,
        additions=additions(active[0].entry) if len(active) == 1 else None,
        session_display=_session_display(booked, seats),
        is_sent=request.args.get("sent") == "calendar",
    )


def cancel(token: str, registration_id: int) -> ResponseReturnValue:
    """Give the seats, or the place on the waitlist, back."""
    return act(token, lambda booked: cancelling.cancel(_given_back(booked, registration_id), ATTENDEE))


def cancel_attendee(token: str, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Give one attendee's seat back."""
    return act(
        token,
        lambda booked: cancelling.cancel_attendee(
            _given_back(booked, registration_id), attendee_id, ATTENDEE
        ),
    )


def withdraw_handover(token: str, handover_id: int) -> ResponseReturnValue:
    """Take back the question whether somebody takes a seat over."""
    return act(token, lambda booked: changes_handover.withdraw(booked.id, handover_id, ATTENDEE))


def forget_address(token: str) -> ResponseReturnValue:
    """Stay with the address that the booking has."""
    return act(token, lambda booked: change_address.forget_address(booked.id))


def renew_feed(token: str) -> ResponseReturnValue:
    """Give the calendar feed a new address; the old one ends."""
    return act(token, lambda booked: calendar_services.renew_feed(booked.id))


def end_feed(token: str) -> ResponseReturnValue:
    """End the calendar feed."""
    return act(token, lambda booked: calendar_services.end_feed(booked.id))


def _subscribe(feed_token: str | None) -> Subscriptions | None:
    if feed_token is None:
        return None
    return subscriptions(feed_address(path_of(FEED, feed_token)), _("My registrations"))


def _session_display(booked: Booking, seats: Sequence[Seat]) -> SessionDisplay | None:
    """Return how sessions stand in the booking's calendar, or None where it has none."""
    display = SessionDisplay(booked.sessions_turned)
    has_sessions = any(one.sessions for seat in seats for one in seat.present)
    return display if display.is_apart or has_sessions else None


def page_key(token: str) -> str:
    """Return the key that every form of the booking's page carries."""
    return action_key(f"booking:{token}")


def act(token: str, action: Callable[[Booking], object]) -> ResponseReturnValue:
    """Do *action* with the booking that *token* opens, and lead back to its page."""
    booked = opened(token)
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    action(booked)
    return redirect(url_for("booking.booking", token=token), 303)


def seat_in(booked: Booking, registration_id: int) -> Seat:
    """Return a registration of the booking. Raises NotFound for every other."""
    for seat in seats_of(db.session(), booked.id, page_locale()):
        if seat.registration_id == registration_id:
            return seat
    raise NotFound(_("There is no such registration."))


def _given_back(booked: Booking, registration_id: int) -> Target:
    """Return whose seats are given back. Raises Refusal where the event is over: who was there keeps that."""
    held = seat_in(booked, registration_id)
    if held.is_active and not held.may_change:
        raise Refusal(_("This event is over or cancelled, so nothing can be changed."))
    return Target(held.event_id, registration_id, booked.id)


def target_in(booked: Booking, registration_id: int) -> Target:
    """Return what the services need to know of a registration of the booking."""
    return Target(seat_in(booked, registration_id).event_id, registration_id, booked.id)
