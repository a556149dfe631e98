"""The page of an attendee with an address of her own: see her seat, correct her name, cancel."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from registration.booking.calendar.entry import own_entry
from registration.booking.calendar.registrations import with_own_seat
from registration.booking.changes.cancel import cancel_attendee
from registration.booking.changes.edit import change_people
from registration.booking.changes.target import Target
from registration.booking.changes.written import Corrected, key_of
from registration.booking.form.meanwhile import overtaken
from registration.booking.form.people import OwnSeatForm, errors_of, tell
from registration.booking.queries.bookings import Companion, Seat, booking, seat
from registration.booking.queries.own_seats import OwnSeat, opened_seat
from registration.booking.tickets import Ticket
from registration.booking.views.opening import does_not_open
from registration.booking.views.tickets import TicketEnded, pdf_answer, qr_answer
from registration.core.database import db
from registration.core.optimistic_lock import ChangedMeanwhile, marks
from registration.core.refusal import Refusal
from registration.core.text import normal_email
from registration.events.models import Event
from registration.ical.answers import attachment
from registration.ical.entries import download
from registration.journal.services import ATTENDEE
from registration.web.guards import action_key, check_action_key
from registration.web.locale import keep_to, page_locale


def show(token: str) -> ResponseReturnValue:
    """Show what she has."""
    _own, held, person = _opened(token)
    form = _form(person)
    return _page(token, held, person, form, 200)


def save(token: str) -> ResponseReturnValue:
    """Correct how she is called and where she works."""
    own, held, person = _opened(token)
    form = OwnSeatForm(formdata=request.form)
    try:
        check_action_key(_subject(token), request.form.get("key", ""))
        if not form.validate():
            return _page(token, held, person, form, 422)
        corrected = Corrected(person.id, form.name.data, person.email, form.firm.data or "")
        change_people(_target(own), [corrected], ATTENDEE, seen=form.seen.data or "")
    except ChangedMeanwhile as changed:
        own, held, person = _opened(token)
        overtaken(form, changed, _fields(form, person), _fields(_form(person), person))
        return _page(token, held, person, form, changed.status)
    except Refusal as refusal:
        tell(form, refusal)
        return _page(token, held, person, form, refusal.status)
    return redirect(url_for("booking.own_seat", token=token, saved=1), 303)


def cancel(token: str) -> ResponseReturnValue:
    """Cancel her seat; the contact is told, and the next on the waitlist gets it."""
    own, held, person = _opened(token)
    form = _form(person)
    try:
        check_action_key(_subject(token), request.form.get("key", ""))
        cancel_attendee(_target(own), person.id, ATTENDEE, by_self=True)
    except Refusal as refusal:
        tell(form, refusal)
        return _page(token, held, person, form, refusal.status)
    return redirect(url_for("booking.own_seat", token=token), 303)


def qr(token: str) -> Response:
    """Return the code of her ticket as a picture."""
    return qr_answer(_ticket(token))


def pdf(token: str) -> Response:
    """Return her ticket as a PDF."""
    return pdf_answer(_ticket(token))


def calendar(token: str) -> ResponseReturnValue:
    """Return the entry of her seat as a file."""
    own, _held, person = _opened(token)
    session = db.session()
    email = normal_email(person.email)
    registered = with_own_seat(session, email, own.registration_id, person.id, is_hers=not person.is_removed)
    event = session.get_one(Event, own.event_id)
    return attachment(download(own_entry(event, page_locale(), registered, email)), "registration.ics")


def _ticket(token: str) -> Ticket:
    _own, held, person = _opened(token)
    ticket = Ticket(held, person)
    if not ticket.is_valid:
        raise TicketEnded(_("This ticket is no longer valid."))
    return ticket


def _opened(token: str) -> tuple[OwnSeat, Seat, Companion]:
    session = db.session()
    own = opened_seat(session, token)
    booked = booking(session, own.booking_id) if own else None
    if own is None or booked is None:
        raise does_not_open()
    keep_to(booked.locale)
    held = seat(session, own.registration_id, page_locale())
    person = next((one for one in held.attendees if one.id == own.attendee_id), None)
    if person is None:
        raise does_not_open()
    return own, held, person


def _form(person: Companion) -> OwnSeatForm:
    """Return the form with what is written of her; the address is not hers to change here."""
    form = OwnSeatForm(formdata=None, data={"name": person.name, "firm": person.firm})
    known = {"name": person.name, "email": person.email, "firm": person.firm}
    form.seen.data = marks({key_of(person.id, name): value for name, value in known.items()})
    return form


def _fields(form: OwnSeatForm, person: Companion) -> dict[str, Field]:
    return {key_of(person.id, name): form[name] for name in ("name", "firm")}


def _target(own: OwnSeat) -> Target:
    return Target(own.event_id, own.registration_id, own.booking_id)


def _subject(token: str) -> str:
    return f"own seat:{token}"


def _page(token: str, held: Seat, person: Companion, form: OwnSeatForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template(
        "booking/own_seat.html",
        form=form,
        seat=held,
        person=person,
        ticket=Ticket(held, person),
        token=token,
        key=action_key(_subject(token)),
        is_saved="saved" in request.args and not errors,
        errors=errors,
        has_errors=bool(errors),
    )
    return page, status
