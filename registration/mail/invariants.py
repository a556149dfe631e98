"""What must hold of the outbox."""

from datetime import timedelta

from sqlalchemy import and_, or_, select

from registration.core.invariant import AnySelect, Invariant, OfEvent, ago
from registration.mail.models import FAILED, FAILED_HERE, IS_OPEN, PENDING, SENDING, OutgoingMessage

STUCK = timedelta(minutes=10)
LATE = timedelta(hours=1)


def _stuck(event_id: OfEvent | None) -> AnySelect:
    query = select(
        OutgoingMessage.id.label("mail"), OutgoingMessage.kind, OutgoingMessage.state, OutgoingMessage.tries
    ).where(
        IS_OPEN,
        or_(
            and_(OutgoingMessage.state == SENDING, OutgoingMessage.lease_until < ago(STUCK)),
            and_(OutgoingMessage.state == PENDING, OutgoingMessage.due_at < ago(LATE)),
        ),
    )
    return query if event_id is None else query.where(OutgoingMessage.event_id == event_id)


def _failed_here(event_id: OfEvent | None) -> AnySelect:
    query = select(
        OutgoingMessage.id.label("mail"), OutgoingMessage.kind, OutgoingMessage.last_error.label("reason")
    ).where(FAILED_HERE, OutgoingMessage.state == FAILED)
    return query if event_id is None else query.where(OutgoingMessage.event_id == event_id)


INVARIANTS = (
    Invariant(
        "I10",
        "No mail is stuck",
        "Mail {mail} ({kind}) is {state} after {tries} tries and long overdue: is the worker running?",
        _stuck,
    ),
    Invariant(
        "I21",
        "No mail failed for a reason of ours",
        "Mail {mail} ({kind}) was never sent: {reason} `registration doctor --repair` sends it again.",
        _failed_here,
    ),
)
