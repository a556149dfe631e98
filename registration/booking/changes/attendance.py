"""Let somebody in at the door, or take that back, under the gate: nobody gives her seat on meanwhile."""

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.changes.target import NotNow, is_called_off
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.attendance import count_in
from registration.seats.models import Registration


class HasNoSeat(Refusal):
    """Somebody of this event came to the door who has no seat, or no longer."""

    code = "no-seat"


class Arrival(NamedTuple):
    """Who came to the door, and since when she was in already."""

    name: str
    since: datetime | None


def check_in(event_id: int, attendee_id: int, *, is_in: bool, actor: Actor) -> Arrival:
    """Note that somebody came in, or undo that. Again is no error, and the first time stays and is told.

    Raises NotFound unless she is of this event, HasNoSeat, and NotNow where the event was cancelled.
    """

    def work(session: Session) -> Arrival:
        gates.hold(session, [event_id])
        if is_in and is_called_off(session, event_id):
            raise NotNow(_("This event is cancelled. Nobody can be checked in."))
        found = session.execute(
            select(
                Attendee.registration_id,
                Attendee.name,
                Attendee.checked_in_at,
                Attendee.removed_at,
                Registration.state,
            )
            .join(Registration, Registration.id == Attendee.registration_id)
            .where(Attendee.id == attendee_id, Registration.event_id == event_id)
        ).one_or_none()
        if found is None:
            raise NotFound(_("Nobody with a seat here has this number."))
        if found.removed_at is not None or found.state != rules.CONFIRMED:
            raise HasNoSeat(without_seat(found.name, found.state, is_removed=found.removed_at is not None))
        if is_in == (found.checked_in_at is not None):
            return Arrival(found.name, found.checked_in_at)
        at = clock.now() if is_in else None
        session.execute(update(Attendee).where(Attendee.id == attendee_id).values(checked_in_at=at))
        count_in(session, found.registration_id, 1 if is_in else -1)
        note = Note(
            "checked-in" if is_in else "checked-out",
            event_id=event_id,
            registration_id=found.registration_id,
            facts={"attendee": attendee_id},
        )
        record(session, actor, note)
        return Arrival(found.name, None)

    return write_tx(work)


def without_seat(name: str, state: str, *, is_removed: bool) -> str:
    """Return why somebody is not let in, as the door says it."""
    if is_removed or state in rules.ENDED:
        return str(_("%(name)s is no longer registered for this event.", name=name))
    return str(_("%(name)s has no seat yet.", name=name))
