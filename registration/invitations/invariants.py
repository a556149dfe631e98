"""What must hold of invitations."""

from sqlalchemy import func, select

from registration.booking.models import Booking, Invitation
from registration.core.invariant import AnySelect, Invariant, OfEvent
from registration.events.models import Event
from registration.seats import rules
from registration.seats.models import Registration


def _used_twice(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(
            Event.slug,
            Invitation.id.label("invitation"),
            func.count(Booking.id.distinct()).label("bookings"),
        )
        .join(Invitation, Invitation.event_id == Event.id)
        .join(Booking, Booking.invitation_id == Invitation.id)
        .join(
            Registration,
            (Registration.booking_id == Booking.id) & (Registration.event_id == Invitation.event_id),
        )
        .where(Registration.state.not_in(rules.ENDED))
        .group_by(Event.slug, Invitation.id)
        .having(func.count(Booking.id.distinct()) > 1)
    )
    return query if event_id is None else query.where(Event.id == event_id)


INVARIANTS = (
    Invariant(
        "I40",
        "An invitation is good for one booking",
        "Invitation {invitation} of {slug} has {bookings} active bookings.",
        _used_twice,
    ),
)
