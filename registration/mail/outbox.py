"""The outbox: mail is decided in the transaction of its cause and sent later, never lost."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, TextClause, and_, insert, select, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.among import among
from registration.core.database import table, write_rows
from registration.core.tokens import random_hex
from registration.core.transaction import after_commit
from registration.mail.models import (
    BOUNCED,
    FAILED,
    IS_OPEN,
    PENDING,
    SENDING,
    SENT,
    SUPERSEDED,
    Delivery,
    OutgoingMessage,
)
from registration.mail.rules import next_try
from registration.mail.transport import Deferred

log = logging.getLogger(__name__)

_mail = table(OutgoingMessage)
_ENQUEUE = insert(_mail)
_DELIVERED = insert(table(Delivery))
LEASE = timedelta(minutes=2)
_GATHERED = "registration_gathered_mails"
# Set whenever mail is committed in this process, so that its worker need not wait for its next look.
news = threading.Event()


@dataclass(frozen=True)
class Outgoing:
    """A mail that is decided: what kind, to whom, about what. The words come when it is sent."""

    kind: str
    locale: str
    to_name: str
    to_email: str
    organiser_id: int | None = None
    event_id: int | None = None
    booking_id: int | None = None
    registration_id: int | None = None
    mailing_id: int | None = None
    attendee_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def gathered(session: Session) -> Iterator[list[Outgoing]]:
    """Yield what is enqueued within, which stays out of the outbox: the caller decides about it."""
    found: list[Outgoing] = []
    session.info[_GATHERED] = found
    try:
        yield found
    finally:
        del session.info[_GATHERED]


def enqueue(session: Session, *messages: Outgoing) -> None:
    """Put *messages* into the outbox, in their order."""
    if not messages:
        return
    if (found := session.info.get(_GATHERED)) is not None:
        found += messages
        return
    at = clock.now()
    host = current_app.config["UID_HOST"]
    rows = [
        {
            **vars(message),
            "message_id": f"<{random_hex(12)}@{host}>",
            "state": PENDING,
            "created_at": at,
            "due_at": at,
            "tries": 0,
        }
        for message in messages
    ]
    write_rows(session, _ENQUEUE, rows)
    after_commit(session, news.set)


def claim(session: Session, limit: int) -> Sequence[OutgoingMessage]:
    """Lease up to *limit* mails that are due to this worker; other workers pass over them."""
    at = clock.now()
    rows = session.scalars(
        select(OutgoingMessage)
        .where(_is_due(at))
        .order_by(OutgoingMessage.due_at, OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.state = SENDING
        row.lease_until = at + LEASE
    return rows


def renew(session: Session, messages: Sequence[OutgoingMessage]) -> dict[int, datetime]:
    """Lease *messages* anew; return until when, for those that nobody else has taken meanwhile."""
    until = clock.now() + LEASE
    held = _held(session, messages)
    for row in held:
        row.lease_until = until
    return {row.id: until for row in held}


def release(session: Session, messages: Sequence[OutgoingMessage]) -> None:
    """Give back mails that were claimed and not tried, to whoever is free."""
    for row in _held(session, messages):
        row.state, row.lease_until = PENDING, None


def _held(session: Session, messages: Sequence[OutgoingMessage]) -> list[OutgoingMessage]:
    """Return, locked, those of *messages* whose lease is still the one that they were claimed with."""
    ours = {message.id: message.lease_until for message in messages}
    rows = session.scalars(
        select(OutgoingMessage)
        .where(among(OutgoingMessage.id, ours), OutgoingMessage.state == SENDING)
        .order_by(OutgoingMessage.id)
        .with_for_update()
    )
    return [row for row in rows if row.lease_until == ours[row.id]]


def mark_sent(session: Session, message_id: int) -> None:
    """Note that the relay took the mail."""
    at = clock.now()
    values: dict[str, Any] = {"state": SENT, "sent_at": at, "lease_until": None, "last_error": None}
    _settle(session, message_id, values, "sent", "")


def mark_superseded(session: Session, message_id: int, reason: str) -> None:
    """Note that the mail is not sent, since what it would say is no longer true."""
    _settle(session, message_id, {"state": SUPERSEDED, "lease_until": None}, "superseded", reason)


def mark_failed(session: Session, message_id: int, reason: str, *, is_ours: bool) -> None:
    """Note that the mail will not arrive; the organiser sees it, and the doctor if the reason is ours."""
    values: dict[str, Any] = {
        "state": FAILED,
        "failed_here": is_ours,
        "lease_until": None,
        "last_error": reason[:300],
    }
    _settle(session, message_id, values, "failed", reason)
    log.warning("mail failed id=%s reason=%s", message_id, reason)


def mark_deferred(session: Session, message: OutgoingMessage, trouble: Deferred) -> None:
    """Try the mail again later, or give it up after two days. A broken connection is no try."""
    at = clock.now()
    tries = message.tries + (1 if trouble.counts else 0)
    later = next_try(max(tries, 1), at, message.retried_at or message.created_at)
    if later is None:
        mark_failed(session, message.id, trouble.reason, is_ours=trouble.is_ours)
        return
    values = {
        "state": PENDING,
        "tries": tries,
        "due_at": later,
        "lease_until": None,
        "last_error": trouble.reason[:300],
    }
    _settle(session, message.id, values, "deferred", trouble.reason)


def note_report(session: Session, message_id: int, outcome: str, detail: str) -> bool:
    """Note what another server reports of a mail; return whether that is news.

    A mail that bounced has not arrived, whatever was said before or comes after.
    """
    state = session.scalar(
        select(OutgoingMessage.state).where(OutgoingMessage.id == message_id).with_for_update()
    )
    if state is None or state == BOUNCED:
        return False
    values: dict[str, Any] = {"last_error": detail[:300]}
    if outcome == BOUNCED:
        values |= {"state": BOUNCED, "lease_until": None}
    _settle(session, message_id, values, outcome, detail)
    return True


def retry(session: Session, *conditions: ColumnElement[bool] | TextClause) -> int:
    """Send the failed mails that meet *conditions* again, as the same mails; return how many."""
    at = clock.now()
    found = session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.state == FAILED, *conditions)
        .values(state=PENDING, tries=0, due_at=at, retried_at=at, last_error=None, failed_here=False)
        .execution_options(synchronize_session=False)
    )
    after_commit(session, news.set)
    return int(found.rowcount)  # type: ignore[attr-defined]  # an update has one


def _is_due(at: datetime) -> ColumnElement[bool]:
    has_expired = (OutgoingMessage.state == SENDING) & (OutgoingMessage.lease_until < at)
    is_free = (OutgoingMessage.state == PENDING) | has_expired
    return and_(IS_OPEN, OutgoingMessage.due_at <= at, is_free)


def _settle(session: Session, message_id: int, values: dict[str, Any], outcome: str, detail: str) -> None:
    connection = session.connection()
    # The report of a bounce may be quicker than we are to note that the mail was taken.
    connection.execute(
        update(_mail).where(_mail.c.id == message_id, _mail.c.state != BOUNCED).values(**values)
    )
    row = {"message_id": message_id, "at": clock.now(), "outcome": outcome, "detail": detail[:300]}
    connection.execute(_DELIVERED, row)
