"""Let somebody in at the door, or take that back, under the gate: nobody gives her seat on meanwhile."""

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.changes.target import NotNow, is_called_off
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.attendance import count_in
from registration.seats.models import Registration


def check_in(event_id: int, attendee_id: int, *, is_in: bool, actor: Actor) -> None:
    """Note that somebody came in, or undo that. Again is no error, and the first time stays.

    Raises NotFound unless she has a seat here, and NotNow where the event was cancelled.
    """

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        if is_in and is_called_off(session, event_id):
            raise NotNow(_("This event is cancelled. Nobody can be checked in."))
        found = session.execute(
            select(Attendee.registration_id, Attendee.checked_in_at)
            .join(Registration, Registration.id == Attendee.registration_id)
            .where(
                Attendee.id == attendee_id,
                Attendee.removed_at.is_(None),
                Registration.event_id == event_id,
                Registration.state == rules.CONFIRMED,
            )
        ).one_or_none()
        if found is None:
            raise NotFound(_("Nobody with a seat here has this number."))
        if is_in == (found.checked_in_at is not None):
            return
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

    write_tx(work)
