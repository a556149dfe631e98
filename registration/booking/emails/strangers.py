"""What a mail keeps to itself while nobody has shown that its address is hers who filled in the form."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee
from registration.booking.notifications import kinds
from registration.booking.queries.bookings import Seat
from registration.seats.models import Registration

# What a form leads to at once, while its address was only typed.
_FIRST = frozenset({kinds.CONFIRMED, kinds.WAITLISTED, kinds.OFFERED, kinds.PENDING, kinds.PROGRAMME})


def without_names(session: Session, found: Seat, kind: str, *, is_first: bool) -> Seat:
    """Return *found* as the first mail to an address, or one with its link again, tells it.

    A stranger may have typed that address: what else she typed, who else comes and for which
    organisation, stands behind the link and in later mails. An address that was confirmed is told all.
    """
    if found.is_verified or not (kind == kinds.LINK or (is_first and kind in _FIRST)):
        return found
    order = _order(session, found)
    people = tuple(
        replace(
            one,
            # The contact's own name stands in To already.
            name=one.name if one.name == found.contact else _("Attendee %(number)s", number=order[one.id]),
            email="",
            firm="",
        )
        for one in found.attendees
    )
    return replace(found, attendees=people)


def _order(session: Session, found: Seat) -> dict[int, int]:
    """Return which one of the form each attendee is: a part of a party counts on from those before it."""
    ids = [one.id for one in found.attendees]
    if found.part:
        people = select(Attendee.id).join(Registration, Registration.id == Attendee.registration_id)
        mine = (Registration.booking_id == found.booking_id) & (Registration.event_id == found.event_id)
        ids = list(session.scalars(people.where(mine).order_by(Attendee.id)))
    return {attendee_id: number for number, attendee_id in enumerate(ids, 1)}
