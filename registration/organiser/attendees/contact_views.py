"""Reaching one person again: a mail sent once more, an address corrected."""

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.booking.changes import contact_again
from registration.booking.changes.cancel import Target
from registration.booking.queries.bookings import Seat
from registration.core.refusal import NotFound, Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.address_form import AddressForm
from registration.organiser.attendees.registration_views import seat_of
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen


@event_page(EDIT)
def send_again(event: Event, registration_id: int, message_id: int) -> ResponseReturnValue:
    """Send one mail once more, to the address that the registration has now."""
    target, slug = Target(event.id, registration_id), event.slug
    contact_again.send_again(target, message_id, actor())
    return done(_("The email is sent again."), "registration", slug=slug, registration_id=registration_id)


@event_page(EDIT)
def correct_address(event: Event, registration_id: int) -> ResponseReturnValue:
    """Give the booking another address, and tell the new one its link."""
    found, form = seat_of(event, registration_id), AddressForm()
    if request.method != "POST":
        return _address_screen(event, found, form)
    if not form.validate():
        return _address_screen(event, found, form, 422)
    try:
        contact_again.correct_address(Target(event.id, registration_id), form.email.data, actor())
    except NotFound:
        raise
    except Refusal as refusal:
        form.email.errors = [refusal.sentence]
        return _address_screen(event, found, form, 409)
    return done(
        _("The address was corrected. The new one gets the link, and the old link has ended."),
        "registration",
        slug=event.slug,
        registration_id=registration_id,
    )


def _address_screen(event: Event, found: Seat, form: AddressForm, status: int = 200) -> Response:
    return event_screen("correct_address.html", event, status, seat=found, form=form, errors=errors_of(form))
