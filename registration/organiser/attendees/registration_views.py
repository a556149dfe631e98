"""One registration: its people, its history, its mails; cancel it or a part of it."""

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registration.accounts.access import EDIT, READ, current_account
from registration.accounts.queries import role_at
from registration.booking.changes import cancel as cancelling
from registration.booking.changes.cancel import Target
from registration.booking.queries.bookings import Seat, seats_where
from registration.booking.queries.dependants import dependants
from registration.core.children import child_of
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.mail.queries import deliveries
from registration.organiser.attendees.answers import answers_of
from registration.organiser.attendees.forms import CancelForm
from registration.organiser.event.queries import history, mails_of
from registration.organiser.shared.screen import actor, done, event_screen, refuse_invalid
from registration.seating.explain import why_registration
from registration.seating.public_rules import when_freed
from registration.seats.models import Registration
from registration.seats.queries import availability, line_policy
from registration.web.locale import page_locale


@event_page(READ)
def show(event: Event, registration_id: int) -> ResponseReturnValue:
    """Show one registration."""
    session = db.session()
    found = seat_of(event, registration_id)
    is_trusted = role_at(current_account(), event.organiser_id) in EDIT
    sentence = _("There is no such registration.")
    registration = child_of(session, Registration, registration_id, sentence, event_id=event.id)
    mails = mails_of(session, registration_id)
    return event_screen(
        "registration.html",
        event,
        seat=found,
        form=CancelForm(formdata=None),
        answers=answers_of(session, registration_id, with_sensitive=is_trusted),
        linked=dependants(session, registration, page_locale()) if found.is_active else [],
        history=history(session, registration_id),
        mails=mails,
        deliveries=deliveries(session, [mail.id for mail in mails]),
        reasons=why_registration(session, registration),
        freed=when_freed(
            line_policy(session, event.id),
            availability(session, [event.id])[event.id].waiting,
            found.size,
            event.starts_at,
        ),
    )


@event_page(EDIT)
def cancel(event: Event, registration_id: int) -> ResponseReturnValue:
    """Cancel it and promote whoever is next."""
    seat_of(event, registration_id)
    form = CancelForm()
    refuse_invalid(form)
    target = Target(event.id, registration_id)
    promoted = cancelling.cancel(target, actor(), form.reason.data or None, tells=form.tells.data)
    sentence = _told(_("Cancelled."), promoted)
    return done(sentence, "registration", slug=event.slug, registration_id=registration_id)


@event_page(EDIT)
def cancel_attendee(event: Event, registration_id: int, attendee_id: int) -> ResponseReturnValue:
    """Give one attendee's seat back."""
    seat_of(event, registration_id)
    promoted = cancelling.cancel_attendee(Target(event.id, registration_id), attendee_id, actor())
    sentence = _told(_("The seat was given back."), promoted)
    return done(sentence, "registration", slug=event.slug, registration_id=registration_id)


def _told(sentence: str, promoted: int) -> str:
    if not promoted:
        return sentence
    told = ngettext(
        "%(num)s party from the waitlist was told of it.",
        "%(num)s parties from the waitlist were told of it.",
        promoted,
    )
    return f"{sentence} {told}"


def seat_of(event: Event, registration_id: int) -> Seat:
    """Return a registration of *event* as its page shows it, or answer that there is none."""
    condition = (Registration.id == registration_id) & (Registration.event_id == event.id)
    found = seats_where(db.session(), condition, page_locale())
    return found[0] if found else abort(404)
