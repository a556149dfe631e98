"""Write the mails about seats that are handed on, addresses that change, and links asked for again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.calendar.entry import own_entry
from registration.booking.calendar.registrations import calendar_registrations
from registration.booking.changes.change_address import LINK_LIVES
from registration.booking.emails.calendar_address import feed_address
from registration.booking.emails.calendar_part import INVITATION, calendar_part, organiser_address
from registration.booking.models import Booking, Handover
from registration.booking.notifications import handover as handing
from registration.booking.queries.bookings import Seat, seat, seats_where
from registration.booking.queries.handovers import is_asked_by_firm, wanted_address
from registration.capability.links import link_of
from registration.capability.services import ADDRESS, BOOKING, HANDOVER
from registration.core import clock
from registration.core.text import normal_email
from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.ical.entries import invitation
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration

# How long after an event its bookings are still told to whoever asks for her links.
AFTERWARDS = timedelta(days=30)


def init_app(app: Flask) -> None:
    """Register who writes these mails."""
    with app.app_context():
        for kind in (
            handing.HANDOVER,
            handing.NOT_TAKEN,
            handing.HANDED,
            handing.TAKEN,
        ):
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
        url = link_of(session, handover.id, HANDOVER)
    elif (message.kind == handing.TAKEN) == has_moved and message.to_email == found.contact_email:
        # Who has it now, or who still has it, or the rest of her party: she may go on from here.
        url = link_of(session, found.booking_id, BOOKING)
    calendar: tuple[bytes | None, str | None] = (None, None)
    if has_moved and message.kind in (handing.TAKEN, handing.HANDED):
        # Its own entry for each: hers who comes now, and the old contact's, who may come by another part.
        calendar = calendar_part(session, message, found)
    feed_url = feed_address(session, message) if message.kind == handing.TAKEN and has_moved else ""
    return _draft(
        message,
        found,
        calendar,
        old=handover.old_name,
        new=handover.name,
        has_moved=has_moved,
        by_firm=is_asked_by_firm(session, handover),
        booking_url=url,
        feed_url=feed_url,
    )


def _address(session: Session, message: OutgoingMessage) -> Draft:
    booked = session.get_one(Booking, message.booking_id)
    if wanted_address(session, booked.id) != message.to_email:
        raise Superseded("another address was given by now")
    titles = [one.title for one in _coming(session, Registration.booking_id == booked.id, message.locale)]
    letter = _rendered(
        message,
        titles=titles,
        hours=int(LINK_LIVES.total_seconds() // 3600),
        url=link_of(session, booked.id, ADDRESS),
    )
    return Draft(*letter)


def _about_address(session: Session, message: OutgoingMessage) -> Draft:
    assert message.registration_id is not None
    found = seat(session, message.registration_id, message.locale)
    if message.kind == handing.ADDRESS_LEFT:
        # Also when all has ended since: the old calendar hears of it from nobody else.
        return _draft(message, found, _withdrawal(session, message, found))
    if not found.is_active:
        raise Superseded("the registration has ended by now")
    if message.to_email != found.contact_email:
        raise Superseded("the address was changed again")
    return _draft(
        message,
        found,
        calendar_part(session, message, found),
        booking_url=link_of(session, found.booking_id, BOOKING),
        feed_url=feed_address(session, message),
    )


def _links(session: Session, message: OutgoingMessage) -> Draft:
    known = select(Booking.id).where(Booking.email_normal == normal_email(message.to_email))
    seats = _coming(session, Registration.booking_id.in_(known), message.locale)
    if not seats:
        raise Superseded("nothing is registered with this address")
    by_booking: dict[int, list[Seat]] = {}
    for one in seats:
        by_booking.setdefault(one.booking_id, []).append(one)
    links = [(link_of(session, booking_id, BOOKING), ours) for booking_id, ours in by_booking.items()]
    letter = _rendered(message, links=links)
    return Draft(*letter)


def _coming(session: Session, condition: Any, locale: str) -> list[Seat]:
    """Return the active registrations of events that are not long over."""
    seats = seats_where(session, condition & Registration.state.not_in(rules.ENDED), locale)
    return [one for one in seats if one.ends_at > clock.now() - AFTERWARDS]


def _draft(
    message: OutgoingMessage, found: Seat, calendar: tuple[bytes | None, str | None], **values: Any
) -> Draft:
    event_url = public_url(f"/events/{found.slug}/")
    has_calendar = calendar[0] is not None and calendar[1] != "CANCEL"
    letter = _rendered(message, seat=found, event_url=event_url, has_calendar=has_calendar, **values)
    return Draft(
        *letter,
        organiser=found.organiser,
        organiser_email=found.organiser_email,
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


def _withdrawal(session: Session, message: OutgoingMessage, found: Seat) -> tuple[bytes | None, str | None]:
    """Return what takes the entry out of a calendar whose address has nothing of the event any more."""
    if found.event_status == EventStatus.CANCELLED or found.calendar_mail != INVITATION:
        return None, None
    raw = invitation(
        replace(found.entry, sequence=_last_step(session, message, found)),
        method="CANCEL",
        organiser_name=found.organiser,
        organiser_email=organiser_address(message.to_email, found.event_id),
        attendee_name=message.to_name,
        attendee_email=message.to_email,
        partstat="TENTATIVE",
        stamp=clock.now(),
    )
    return raw, "CANCEL"


def _last_step(session: Session, message: OutgoingMessage, found: Seat) -> int:
    """Return the SEQUENCE that takes the entry out: above all that the old address was sent of the event."""
    old = normal_email(message.to_email)
    event, registration_id = session.get_one(Event, found.event_id), message.registration_id
    others = own_entry(
        event, message.locale, calendar_registrations(session, [old], [event.id]), old
    ).sequence
    own = session.get_one(Registration, registration_id).calendar_sequence
    return max(found.entry.sequence, others + own) - 1
