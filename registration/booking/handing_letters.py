"""Write the mails about seats that are handed on, addresses that change, and links asked for again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from flask import Flask, current_app
from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking import handing
from registration.booking.handovers import cancelled_entry, wanted_address
from registration.booking.models import Booking, Handover
from registration.booking.queries import Seat, seat, seats_where
from registration.booking.services.readdress import LINK_LIVES
from registration.capability.services import ADDRESS, BOOKING, FEED, HANDOVER, token_of
from registration.core import clock
from registration.core.text import normal_email
from registration.core.urls import public_url
from registration.events.models import Event
from registration.ical.entries import Entry, invitation
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration

# How long after an event its bookings are still told to whoever asks for her links.
AFTERWARDS = timedelta(days=30)


def init_app(app: Flask) -> None:
    """Register who writes these mails."""
    with app.app_context():
        for kind in (handing.HANDOVER, handing.NOT_TAKEN, handing.HANDED, handing.TAKEN):
            composers()[kind] = _about_handover
        composers()[handing.ADDRESS] = _address
        composers()[handing.ADDRESS_LEFT] = _about_address
        composers()[handing.ADDRESS_NEW] = _about_address
        composers()[handing.LINKS] = _links


def _about_handover(session: Session, message: OutgoingMessage) -> Draft:
    handover = session.get(Handover, message.facts["handover"])
    assert message.registration_id is not None
    if handover is None:
        raise Superseded("the seat's history was deleted")
    found = seat(session, message.registration_id, message.locale)
    if message.kind == handing.HANDOVER and (handover.state != "open" or not found.is_active):
        raise Superseded("the question was answered or taken back by now")
    has_moved = handover.booking_id != found.booking_id
    if message.kind == handing.TAKEN and not found.is_active:
        raise Superseded("the registration has ended by now")
    if message.kind == handing.TAKEN and has_moved and message.to_email != found.contact_email:
        raise Superseded("the seat was handed on by now")
    url = ""
    if message.kind == handing.HANDOVER:
        url = _url("handovers", token_of(session, handover.id, HANDOVER))
    elif message.kind == handing.TAKEN and has_moved:
        url = _url("bookings", token_of(session, found.booking_id, BOOKING))
    calendar: tuple[bytes | None, str | None] = (None, None)
    if has_moved and message.kind == handing.TAKEN:
        calendar = _invitation(message, found, "REQUEST", found.entry)
    elif (
        handover.moved_sequence is not None
        and message.kind == handing.HANDED
        and not _comes_still(session, handover, found)
    ):
        event = session.get_one(Event, found.event_id)
        calendar = _invitation(message, found, "CANCEL", cancelled_entry(handover, event, message.locale))
    feed_url = ""
    if message.kind == handing.TAKEN and has_moved:
        feed_url = _url("feeds", token_of(session, found.booking_id, FEED), ".ics")
    return _draft(
        message,
        found,
        calendar,
        old=handover.old_name,
        new=handover.name,
        has_moved=has_moved,
        booking_url=url,
        feed_url=feed_url,
    )


def _comes_still(session: Session, handover: Handover, found: Seat) -> bool:
    """Say whether others of the old booking still come to the event: its calendar entry stays then."""
    query = select(Registration.id).where(
        Registration.booking_id == handover.booking_id,
        Registration.event_id == found.event_id,
        Registration.state.not_in(rules.ENDED),
    )
    return session.scalar(query.limit(1)) is not None


def _address(session: Session, message: OutgoingMessage) -> Draft:
    booked = session.get_one(Booking, message.booking_id)
    if wanted_address(session, booked.id) != message.to_email:
        raise Superseded("another address was given by now")
    titles = [one.title for one in _coming(session, Registration.booking_id == booked.id, message.locale)]
    subject, text, html = _rendered(
        message,
        titles=titles,
        hours=int(LINK_LIVES.total_seconds() // 3600),
        url=_url("addresses", token_of(session, booked.id, ADDRESS)),
    )
    return Draft(subject, text, html)


def _about_address(session: Session, message: OutgoingMessage) -> Draft:
    assert message.registration_id is not None
    found = seat(session, message.registration_id, message.locale)
    if message.kind == handing.ADDRESS_LEFT:
        # Also when all has ended since: the old calendar hears of it from nobody else.
        entry = replace(found.entry, sequence=max(0, found.entry.sequence - 1))
        return _draft(message, found, _invitation(message, found, "CANCEL", entry))
    if not found.is_active:
        raise Superseded("the registration has ended by now")
    if message.to_email != found.contact_email:
        raise Superseded("the address was changed again")
    return _draft(
        message,
        found,
        _invitation(message, found, "REQUEST", found.entry),
        booking_url=_url("bookings", token_of(session, found.booking_id, BOOKING)),
        feed_url=_url("feeds", token_of(session, found.booking_id, FEED), ".ics"),
    )


def _links(session: Session, message: OutgoingMessage) -> Draft:
    known = select(Booking.id).where(Booking.email_normal == normal_email(message.to_email))
    seats = _coming(session, Registration.booking_id.in_(known), message.locale)
    if not seats:
        raise Superseded("nothing is registered with this address")
    by_booking: dict[int, list[Seat]] = {}
    for one in seats:
        by_booking.setdefault(one.booking_id, []).append(one)
    links = [
        (_url("bookings", token_of(session, booking_id, BOOKING)), ours)
        for booking_id, ours in by_booking.items()
    ]
    subject, text, html = _rendered(message, links=links)
    return Draft(subject, text, html)


def _coming(session: Session, condition: Any, locale: str) -> list[Seat]:
    """Return the active registrations of events that are not long over."""
    seats = seats_where(session, condition & Registration.state.not_in(rules.ENDED), locale)
    return [one for one in seats if one.ends_at > clock.now() - AFTERWARDS]


def _draft(
    message: OutgoingMessage, found: Seat, calendar: tuple[bytes | None, str | None], **values: Any
) -> Draft:
    event_url = public_url(f"/events/{found.slug}/")
    subject, text, html = _rendered(message, seat=found, event_url=event_url, **values)
    return Draft(
        subject=subject,
        text=text,
        html=html,
        reply_to_name=found.organiser,
        reply_to_email=found.organiser_email,
        from_name=found.organiser,
        calendar=calendar[0],
        calendar_method=calendar[1],
    )


def _rendered(message: OutgoingMessage, **values: Any) -> tuple[str, str, str]:
    return rendered(
        message.kind,
        locale=message.locale,
        direction=get_locale().text_direction,
        site=current_app.config["SITE_NAME"],
        **values,
    )


def _invitation(
    message: OutgoingMessage, found: Seat, method: Literal["REQUEST", "CANCEL"], entry: Entry
) -> tuple[bytes | None, str | None]:
    if found.event_status == "cancelled":
        return None, None
    raw = invitation(
        entry,
        method=method,
        organiser_name=found.organiser,
        organiser_email=current_app.config["MAIL_FROM"],
        attendee_name=message.to_name,
        attendee_email=message.to_email,
        partstat="ACCEPTED" if found.state == rules.CONFIRMED else "TENTATIVE",
        stamp=clock.now(),
    )
    return raw, method


def _url(folder: str, token: str | None, ending: str = "/") -> str:
    return public_url(f"/{folder}/{token}{ending}") if token else ""
