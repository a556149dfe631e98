"""The certificate of attendance, in the language in force."""

from flask_babel import get_locale
from flask_babel import gettext as _

from registration.booking.queries.bookings import Seat
from registration.core.typesetting import typeset
from registration.materials.queries import Present
from registration.web.filters import span


def certificate(seat: Seat, person: Present) -> bytes:
    """Return the certificate of *person* as PDF. Raises NoTypesetter."""
    heading = _("Certificate of attendance")
    facts = {
        "lang": get_locale().language,
        "title": f"{heading}: {seat.title}",
        "heading": heading,
        "confirms": _("We confirm that"),
        "name": person.name,
        "firm": person.firm,
        "attended": _("attended"),
        "event": seat.title,
        "when": span(seat.starts_at, seat.ends_at, seat.time_zone, seat.all_day),
        "where": seat.location,
        "organiser": seat.organiser,
    }
    return typeset("certificate/certificate.typ", facts)
