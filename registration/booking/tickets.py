"""Tickets: what an attendee shows at the door, as a page and as a PDF."""

import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee
from registration.booking.queries.bookings import Companion, Seat, seats_where
from registration.capability.links import TICKET, path_of
from registration.capability.services import BOOKING, token_of
from registration.core.tokens import derived, signing_keys
from registration.core.typesetting import NoTypesetter, typeset
from registration.events.rules import EventStatus
from registration.seats import rules
from registration.seats.models import Registration
from registration.web.filters import span

PURPOSE = "ticket"
_CODE_LENGTH = 12


@dataclass(frozen=True)
class Ticket:
    """One attendee's ticket. *is_valid* says whether it lets anybody in."""

    seat: Seat
    attendee: Companion

    @property
    def is_valid(self) -> bool:
        is_on = self.seat.state == rules.CONFIRMED and self.seat.event_status != EventStatus.CANCELLED
        return is_on and not self.attendee.is_removed


def init_app(app: Flask) -> None:
    """Let templates lead to tickets."""
    app.jinja_env.globals["ticket_path"] = ticket_path


def ticket_path(booking_token: str, code: str) -> str:
    """Return where the ticket of *code* is. It ends with the link of its booking."""
    return path_of(TICKET, _token(signing_keys()[0], booking_token, code))


def find_ticket(session: Session, token: str, locale: str) -> Ticket | None:
    """Return the ticket that *token* opens, valid or not, or None."""
    code = token.partition("-")[0]
    row = session.execute(
        select(Attendee.id, Registration.id.label("registration_id"), Registration.booking_id)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.code == code[:_CODE_LENGTH])
    ).one_or_none()
    booking_token = token_of(session, row.booking_id, BOOKING) if row else None
    if row is None or booking_token is None:
        return None
    given = token.encode("utf-8", "surrogatepass")
    made = [_token(key, booking_token, code).encode() for key in signing_keys()]
    if not any(hmac.compare_digest(one, given) for one in made):
        return None
    [seat] = seats_where(session, Registration.id == row.registration_id, locale)
    return next(Ticket(seat, one) for one in seat.attendees if one.id == row.id)


def tickets_of(seat: Seat) -> list[Ticket]:
    """Return the tickets of those who come."""
    return [ticket for one in seat.present if (ticket := Ticket(seat, one)).is_valid]


def qr_svg(code: str) -> bytes:
    """Return the code as a picture that phones read: black on white, with its quiet zone (never Micro QR)."""
    out = io.BytesIO()
    qr = segno.make_qr(code, error="m")
    qr.save(
        out, kind="svg", border=4, scale=8, dark="#000000", light="#ffffff", svgclass=None, lineclass=None
    )
    return out.getvalue()


def ticket_pdf(tickets: Sequence[Ticket]) -> bytes:
    """Return *tickets* as one PDF, a page each, in the language in force. Raises NoTypesetter."""
    facts = {
        "lang": get_locale().language,
        "title": _("Ticket: %(event)s", event=tickets[0].seat.title),
        "organiser": tickets[0].seat.organiser,
        "note": _("One person. Show this page or the code at the door."),
        "tickets": [_facts(ticket) for ticket in tickets],
    }
    try:
        return typeset("ticket/ticket.typ", facts)
    except NoTypesetter as error:
        raise NoTypesetter(_("The PDF cannot be made just now. The page shows the same code.")) from error


def _facts(ticket: Ticket) -> dict[str, str]:
    seat, one = ticket.seat, ticket.attendee
    return {
        "event": seat.title,
        "when": span(seat.starts_at, seat.ends_at, seat.time_zone, seat.all_day),
        "where": seat.location,
        "name": one.name,
        "firm": one.firm,
        "category": one.category,
        "code": one.code,
        "qr": qr_svg(one.code).decode(),
        "qr_says": _("QR code of %(code)s", code=one.code),
    }


def _token(secret_key: str, booking_token: str, code: str) -> str:
    # Bound to the booking's link: when that is replaced, the tickets sent with the old one end too.
    return f"{code}-{derived(secret_key, PURPOSE, f'{booking_token}:{code}')}"
