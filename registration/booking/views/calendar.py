"""A person's own calendar: to download once, or to subscribe to."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.calendar import feed as calendar_feed
from registration.booking.calendar import services as calendar_services
from registration.booking.calendar.feed import Calendar
from registration.booking.calendar.owner import FeedOwner, owner_of
from registration.booking.queries.bookings import seats_of
from registration.booking.views.opening import opened
from registration.capability.links import path_of
from registration.capability.services import FEED
from registration.core.database import db
from registration.core.read_cache import recent
from registration.core.refusal import NotFound
from registration.core.tokens import hashed
from registration.ical.answers import PublishedFeed, answer, attachment, feed_address, qr_code, revoked
from registration.ical.entries import download_many
from registration.ical.feeds import component_of
from registration.ical.links import subscriptions
from registration.web.guards import action_key, check_action_key
from registration.web.locale import keep_to, page_locale

# What is added to the address of a feed for those who want no entry that is not certain.
SEATS_ONLY = "only=seats"


def download(token: str) -> ResponseReturnValue:
    """Return the booking's events as one file."""
    booked = opened(token)
    shown = page_locale()
    event_ids = [seat.event_id for seat in seats_of(db.session(), booked.id, shown) if seat.is_active]
    found = calendar_feed.entries_to_add(db.session(), booked, event_ids, shown)
    return attachment(download_many(found), "registration.ics")


def feed(token: str) -> ResponseReturnValue:
    """Return the person's own feed; a revoked address is gone for good (410)."""
    known = _known(token)
    if not known.is_live:
        return revoked()
    keep_to(known.locale)
    only_seats = _asks_for_seats_only()
    published = PublishedFeed(
        name=_name(known),
        path=request.path,
        facts=(*known.facts, "seats only") if only_seats else known.facts,
        refresh_hours=known.refresh_hours,
        changed_at=known.changed_at,
        is_personal=True,
        zone=known.zone,
    )
    shown = page_locale()
    return answer(
        published,
        lambda: [
            component_of(entry)
            for entry in calendar_feed.entries(db.session(), known.owner, shown, only_seats=only_seats)
        ],
    )


def page(token: str) -> ResponseReturnValue:
    """Show how to subscribe to the feed of everything, and how to end its address."""
    known, person = _of_person(token)
    keep_to(known.locale)
    return render_template(
        "booking/calendar.html",
        organiser=known.organiser,
        subscribe=subscriptions(feed_address(path_of(FEED, token)), _name(known)),
        seats_only=seats_only_address(token),
        qr_url=url_for("booking.feed_qr", token=token, lang=page_locale()),
        token=token,
        session_display=calendar_feed.session_display_of(db.session(), person),
        key=action_key(f"feed:{token}"),
    )


def renew(token: str) -> ResponseReturnValue:
    """End this address; the new one goes out by mail, so that only its person gets it."""
    _known_feed, person = _of_person(token)
    check_action_key(f"feed:{token}", request.form.get("key", ""))
    calendar_services.renew_person_feed(person)
    return redirect(url_for("booking.renewed"), 303)


def show_sessions(token: str) -> ResponseReturnValue:
    """Let the sessions of one booking be entries of their own in its calendar, or not."""
    booked = opened(token)
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    calendar_services.show_sessions(booked.id, is_apart=_wants_sessions_apart())
    return redirect(url_for("booking.booking", token=token), 303)


def show_own_sessions(token: str) -> ResponseReturnValue:
    """Let the sessions of all bookings be entries of their own in their person's calendar, or not."""
    _known_feed, person = _of_person(token)
    check_action_key(f"feed:{token}", request.form.get("key", ""))
    calendar_services.show_sessions(person, is_apart=_wants_sessions_apart())
    return redirect(url_for("booking.feed_page", token=token), 303)


def renewed() -> ResponseReturnValue:
    """Say where the new address is."""
    return render_template("booking/calendar_renewed.html")


def send(token: str) -> ResponseReturnValue:
    """Mail the address of the feed of everything to the contact of this booking."""
    booked = opened(token)
    check_action_key(f"booking:{token}", request.form.get("key", ""))
    calendar_services.mail_feed(owner_of(booked))
    return redirect(url_for("booking.booking", token=token, sent="calendar"), 303)


def qr(token: str) -> Response:
    """Return the QR code of a feed's address, for a telephone to subscribe."""
    if not _known(token).is_live:
        raise NotFound(_("There is no such calendar."))
    return qr_code(feed_address(path_of(FEED, token)), is_personal=True)


def seats_only_address(token: str) -> str:
    """Return the address of the same feed without what is tentative."""
    return f"{feed_address(path_of(FEED, token))}&{SEATS_ONLY}"


def _asks_for_seats_only() -> bool:
    name, value = SEATS_ONLY.split("=")
    return request.args.get(name) == value


def _wants_sessions_apart() -> bool:
    return request.form.get("sessions") == "apart"


def _known(token: str) -> Calendar:
    known = recent(("own feed", hashed(token)), lambda: calendar_feed.calendar(db.session(), token))
    if known is None:
        raise NotFound(_("There is no such calendar."))
    return known


def _of_person(token: str) -> tuple[Calendar, FeedOwner]:
    known = calendar_feed.calendar(db.session(), token)
    if known is None or not known.is_live or not isinstance(known.owner, FeedOwner):
        raise NotFound(_("This calendar link is no longer valid. Use the link in our latest email."))
    return known, known.owner


def _name(known: Calendar) -> str:
    if known.is_of_person and known.organiser:
        return str(_("My registrations: %(organiser)s", organiser=known.organiser))
    return str(_("My registrations"))
