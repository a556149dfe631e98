"""Read how registrations ended, and what an ended one leaves behind that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.notifications.kinds import CANCELLED, REMOVED
from registration.booking.queries.bookings import Seat, is_registered
from registration.booking.queries.dependants import dependants
from registration.core.among import among
from registration.journal.queries import entered
from registration.journal.wording import reason_of
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration


@dataclass(frozen=True)
class Ending:
    """From which state a registration ended, by whom, and the organiser's reason if one was given.

    *is_told*: a mail says so. Whoever was registered twice gets none when one of the two ends.
    """

    before: str
    by: str
    reason: str
    is_told: bool


def endings(session: Session, registration_ids: Sequence[int]) -> dict[int, Ending]:
    """Return how each of *registration_ids* ended; who holds or waits is not among them."""
    rows = entered(session, registration_ids, rules.ENDED)
    told = _told(session, [row.registration_id or 0 for row in rows])
    return {
        row.registration_id or 0: Ending(
            row.before or "",
            row.actor,
            reason_of(row) if row.actor == "organiser" else "",
            row.registration_id in told,
        )
        for row in rows
    }


def _told(session: Session, registration_ids: Sequence[int]) -> set[int | None]:
    """Return to whom a mail says that a registration ended."""
    if not registration_ids:
        return set()
    query = select(OutgoingMessage.registration_id).where(
        among(OutgoingMessage.registration_id, registration_ids),
        OutgoingMessage.kind.in_((CANCELLED, REMOVED)),
    )
    return set(session.scalars(query))


def left_behind(
    session: Session, booked: Booking, seats: Sequence[Seat], locale: str
) -> list[tuple[Seat, Seat]]:
    """Return (what she still has, what she gave up) where the one can only be had with the other."""
    found: dict[int, tuple[Seat, Seat]] = {}
    for lost in seats:
        if lost.is_active or is_registered(session, booked.email_normal, lost.event_id):
            continue
        registration = session.get_one(Registration, lost.registration_id)
        for kept in dependants(session, registration, locale):
            found[kept.registration_id] = (kept, lost)
    return list(found.values())
