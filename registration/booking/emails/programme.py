"""Write the one mail about a form for several events, from what is true when it is sent."""

from flask import Flask
from flask_babel import get_locale
from sqlalchemy.orm import Session

from registration.booking.emails.calendar_address import feed_address
from registration.booking.emails.calendar_part import NONE
from registration.booking.emails.strangers import without_names
from registration.booking.notifications.kinds import PROGRAMME
from registration.booking.queries.bookings import Seat, seats_of
from registration.capability.links import link_of
from registration.capability.services import BOOKING
from registration.core.urls import public_url
from registration.ical.entries import download_many
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.envelope import Attachment
from registration.mail.models import OutgoingMessage
from registration.seats import rules


def init_app(app: Flask) -> None:
    """Register who writes the mail about several events."""
    with app.app_context():
        composers()[PROGRAMME] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what came of each event of the booking. Raises Superseded when none is left.

    Each event lies in a file of its own: an invitation can hold only one (RFC 6047 §2.4), and what
    changes later comes as an invitation to that event, under the same UID.
    """
    assert message.booking_id is not None
    files: tuple[Attachment, ...] = ()
    seats = [one for one in seats_of(session, message.booking_id, message.locale) if one.is_active]
    if not seats:
        raise Superseded("all registrations of the form have ended by now")
    if seats[0].calendar_mail != NONE:
        files = tuple(_file(slug, of_event) for slug, of_event in _by_event(seats).items())
    letter = rendered(
        "programme",
        seat=seats[0],
        seats=[without_names(session, one, PROGRAMME, is_first=True) for one in seats],
        seated=sum(one.state == rules.CONFIRMED for one in seats),
        booking_url=link_of(session, message.booking_id, BOOKING, public_url("/")),
        has_files=bool(files),
        feed_url=feed_address(session, message),
        has_calendar=bool(files),
        direction=get_locale().text_direction,
        locale=message.locale,
    )
    return Draft(
        *letter,
        organiser=seats[0].organiser,
        organiser_email=seats[0].organiser_email,
        attachments=files,
    )


def _by_event(seats: list[Seat]) -> dict[str, list[Seat]]:
    """A party that came as many as fit has several registrations of one event."""
    found: dict[str, list[Seat]] = {}
    for one in seats:
        found.setdefault(one.slug, []).append(one)
    return found


def _file(slug: str, seats: list[Seat]) -> Attachment:
    return Attachment(
        filename=f"{slug}.ics",
        content_type="text/calendar; charset=utf-8",
        data=download_many([one.entry for one in seats]),
    )
