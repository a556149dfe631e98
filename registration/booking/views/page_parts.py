"""What other features show on a booking's page: each registers a template and who prepares its values."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from registration.booking.queries.bookings import Seat

# Values by registration; the template finds its own as `values[seat.registration_id]`.
Preparer = Callable[[Session, Sequence[Seat]], dict[int, Any]]
_EXTENSION = "registration_booking_parts"


def parts() -> dict[str, Preparer]:
    """Return the parts of this application: template and who prepares it, in the order they are shown."""
    found: dict[str, Preparer] = current_app.extensions.setdefault(_EXTENSION, {})
    return found


def prepared(session: Session, seats: Sequence[Seat]) -> list[tuple[str, dict[int, Any]]]:
    """Return each part's template with its values for *seats*."""
    return [(template, prepare(session, seats)) for template, prepare in parts().items()]
