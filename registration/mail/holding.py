"""Mail that was pending in a copy of the database does not leave by itself: it may have left long ago.

`registration restore` holds it on SQLite. A dump of PostgreSQL is put back without us, so the worker looks
where it is: the tables of a dump that was put back are other ones, though their rows are the same.
"""

import logging

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.transaction import after_commit
from registration.mail import outbox
from registration.mail.models import PENDING, SENDING, SUPERSEDED, OutboxPlace, OutgoingMessage

log = logging.getLogger(__name__)
HELD = "restored from a backup"
_MAY_ASK = text("SELECT has_function_privilege('pg_catalog.pg_control_system()', 'execute')")
# The cluster, the database in it, and the table: a standby that takes over has all three.
_CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")
_TABLE = text(
    "SELECT oid::text || '/' || 'outgoing_message'::regclass::oid::text"
    " FROM pg_database WHERE datname = current_database()"
)


def hold(session: Session) -> int:
    """Keep every mail that is pending from being sent; return how many they are."""
    held = session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.state.in_([PENDING, SENDING]))
        .values(state=SUPERSEDED, last_error=HELD, sent_at=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(held.rowcount)  # type: ignore[attr-defined]  # an update has one


def release(session: Session) -> int:
    """Let the mails that are held be sent, where what they say is still so; return how many they are."""
    freed = session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.state == SUPERSEDED, OutgoingMessage.last_error == HELD)
        .values(state=PENDING, last_error=None, tries=0, due_at=clock.now(), retried_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    after_commit(session, outbox.news.set)
    return int(freed.rowcount)  # type: ignore[attr-defined]  # an update has one


def hold_in_copy(session: Session) -> None:
    """Hold what is pending where this PostgreSQL database is a copy that was put back; note where it is."""
    if session.connection().dialect.name != "postgresql":
        return
    place = _place(session)
    known = session.get(OutboxPlace, 1)
    if known is not None and known.place == place:
        return
    # Of several workers that begin at once one holds, and the others find it done.
    session.execute(text("LOCK TABLE outbox_place IN EXCLUSIVE MODE"))
    known = session.get(OutboxPlace, 1, populate_existing=True)
    if known is None:
        session.add(OutboxPlace(id=1, place=place))
    elif known.place != place:
        known.place = place
        count = hold(session)
        log.warning("database is a copy that was put back: mails held count=%s", count)
    session.flush()


def _place(session: Session) -> str:
    cluster = session.execute(_CLUSTER).scalar_one() if session.execute(_MAY_ASK).scalar_one() else ""
    return f"{cluster}/{session.execute(_TABLE).scalar_one()}"
