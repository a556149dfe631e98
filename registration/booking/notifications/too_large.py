"""Tell who waits that a limit was lowered under them: once, when it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.notifications.kinds import TOO_LARGE
from registration.booking.notifications.notify import announce_one
from registration.core.among import among
from registration.seats.models import Registration
from registration.seats.too_large import stuck


@contextmanager
def telling_too_large(session: Session, event_id: int) -> Iterator[None]:
    """Decide a mail to each party that waits and can never fit any more by what is changed within.

    The gate is locked before. Whoever could not fit already was told then, or when she joined; the parts
    of one party are told by one mail.
    """
    before = stuck(session, event_id)
    yield
    fallen = stuck(session, event_id) - before
    if not fallen:
        return
    parties: dict[int, list[int]] = {}
    query = select(Registration.booking_id, Registration.id).where(among(Registration.id, fallen))
    for row in session.execute(query.order_by(Registration.id)):
        parties.setdefault(row.booking_id, []).append(row.id)
    for first, *others in parties.values():
        announce_one(session, first, TOO_LARGE, **({"parts": others} if others else {}))
