"""A registration as schema.org EventReservation inside a mail, for programs that show it."""

from typing import Any

from registration.booking.notifications import kinds
from registration.booking.queries.bookings import Seat
from registration.core.urls import public_url
from registration.web.filters import iso

_STATUS = {
    kinds.CONFIRMED: "ReservationConfirmed",
    kinds.PROMOTED: "ReservationConfirmed",
    kinds.CANCELLED: "ReservationCancelled",
    kinds.REMOVED: "ReservationCancelled",
}


def reservation(seat: Seat, kind: str) -> dict[str, Any] | None:
    """Return what mail programs may show of a seat that is had or given back, else None.

    The link to the booking is not in it: whatever reads mails would pass it on.
    """
    if kind not in _STATUS:
        return None
    url = public_url(f"/events/{seat.slug}/")
    return {
        "@context": "https://schema.org",
        "@type": "EventReservation",
        "reservationNumber": str(seat.registration_id),
        "reservationStatus": f"https://schema.org/{_STATUS[kind]}",
        "underName": {"@type": "Person", "name": seat.contact},
        "numSeats": seat.size,
        "reservationFor": {
            "@type": "Event",
            "name": seat.title,
            "startDate": iso(seat.starts_at, seat.time_zone),
            "endDate": iso(seat.ends_at, seat.time_zone),
            "url": url,
            "location": {"@type": "Place", "name": seat.location or url, "address": seat.location or url},
        },
    }
