"""Register people for events."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from registration.booking.admission.batch import AdmissionBatch
from registration.booking.admission.refusals import (
    EventFull,
    NotTogether,
    RegistrationClosed,
    SubmittedDifferently,
)
from registration.booking.admission.write import Receipt
from registration.booking.rules import Application
from registration.core.group_commit import write_together
from registration.core.refusal import Refusal
from registration.journal.services import ATTENDEE, Actor
from registration.seats import gate as gates

__all__ = [
    "EventFull",
    "NotTogether",
    "Receipt",
    "RegistrationClosed",
    "SubmittedDifferently",
    "register",
]


def register(application: Application, actor: Actor = ATTENDEE) -> Receipt:
    """Give the people of *application* seats, or places on the waitlist.

    Those who ask at the same moment are admitted together, each in turn. The same form sent again
    answers with what is there. Raises RegistrationClosed, EventFull, NotTogether,
    SubmittedDifferently, Unavailable.
    """
    event_ids = tuple(sorted(wish.event_id for wish in application.wishes))
    application.work_out()

    def admit_all(
        session: Session, waiting: Callable[[], Sequence[Application]]
    ) -> Sequence[Receipt | Refusal]:
        with gates.all_locked(session, event_ids) as locked:
            return AdmissionBatch(session, locked, waiting(), actor).answers()

    return write_together((event_ids, actor), application, admit_all)
