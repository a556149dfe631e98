"""An attendee's ticket: a page of her own, the code as a picture, and all of it as a PDF."""

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.tickets import Ticket, find_ticket, qr_svg, ticket_pdf
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.web.locale import page_locale


class TicketEnded(Refusal):
    """The ticket was given and no longer lets anybody in."""

    status = 410
    code = "ticket-ended"


def show(token: str) -> ResponseReturnValue:
    """Show the ticket, or that it is not valid any more."""
    ticket = _found(token)
    page = render_template("booking/ticket.html", ticket=ticket, token=token)
    return page, 200 if ticket.is_valid else 410


def qr(token: str) -> Response:
    """Return the code as a picture."""
    return qr_answer(_valid(token))


def pdf(token: str) -> Response:
    """Return the ticket as a PDF to print or to keep."""
    return pdf_answer(_valid(token))


def qr_answer(ticket: Ticket) -> Response:
    """Answer with the code of *ticket* as a picture."""
    response = make_response(qr_svg(ticket.attendee.code))
    response.mimetype = "image/svg+xml"
    return response


def pdf_answer(ticket: Ticket) -> Response:
    """Answer with *ticket* as a PDF to be saved."""
    response = make_response(ticket_pdf([ticket]))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="ticket.pdf"'
    return response


def _valid(token: str) -> Ticket:
    ticket = _found(token)
    if not ticket.is_valid:
        raise TicketEnded(_("This ticket is no longer valid."))
    return ticket


def _found(token: str) -> Ticket:
    ticket = find_ticket(db.session(), token, page_locale())
    if ticket is None:
        raise NotFound(
            _("This link is no longer valid. Use the link in our latest email about your registration.")
        )
    return ticket
