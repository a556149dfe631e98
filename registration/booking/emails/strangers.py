"""What a mail keeps to itself while nobody has shown that its address is hers who filled in the form."""

from dataclasses import replace

from flask_babel import gettext as _

from registration.booking.notifications import kinds
from registration.booking.queries.bookings import Seat

# What a form leads to at once, while its address was only typed.
_FIRST = frozenset({kinds.CONFIRMED, kinds.WAITLISTED, kinds.OFFERED, kinds.PENDING, kinds.PROGRAMME})


def without_names(found: Seat, kind: str, *, is_first: bool) -> Seat:
    """Return *found* as the first mail to an address, or one with its link again, tells it.

    A stranger may have typed that address: what else she typed, who else comes and for which
    organisation, stands behind the link and in later mails. An address that was confirmed is told all.
    """
    if found.is_verified or not (kind == kinds.LINK or (is_first and kind in _FIRST)):
        return found
    people = tuple(
        replace(
            one,
            # The contact's own name stands in To already.
            name=one.name if one.name == found.contact else _("Attendee %(number)s", number=number),
            email="",
            firm="",
        )
        for number, one in enumerate(found.attendees, 1)
    )
    return replace(found, attendees=people)
