"""The forms that were sent, by their keys: the same form sent again does nothing twice.

A form carries a key of its own. The first transaction of the request that sends it writes the key along
with what it changes, so that both are there or neither. Whoever comes with the same key waits until that
is decided, and is led to where the first one was (web/submissions.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registration.core import clock, tokens
from registration.core.among import among
from registration.core.database import Model, UtcDateTime, table

# So many are forgotten in one transaction.
BATCH = 5000


class SentForm(Model):
    """A form that was sent and did what it asks. *key* and *body* are hashes: no token, no name stands here.

    *who* is an account, or the hash of the link that was used. *location* is where the answer led, sealed
    with the form's own key, and empty until that is known. *try_id* is of the transaction that wrote it.
    """

    __tablename__ = "sent_form"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    route: Mapped[str] = mapped_column(String(80))
    who: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(String(64))
    try_id: Mapped[str] = mapped_column(String(32))
    location: Mapped[str] = mapped_column(String(4000), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass
class Submission:
    """The form of a request: *is_taken* once a transaction has written its key."""

    key: str
    route: str
    who: str
    body: str
    try_id: str = field(default_factory=tokens.new_nonce)
    is_taken: bool = False


class AlreadySent(Exception):
    """The form was sent before; nothing was done now."""

    def __init__(self, submission: Submission, body: str, *, is_own: bool) -> None:
        super().__init__()
        self.submission, self.is_own = submission, is_own
        self.is_same = body == submission.body


_pending: ContextVar[Submission | None] = ContextVar("registration_submission", default=None)


@contextmanager
def within(submission: Submission) -> Iterator[None]:
    """Let the next act of this thread take *submission* along, while the context lasts."""
    begin(submission)
    try:
        yield
    finally:
        begin(None)


def begin(submission: Submission | None) -> None:
    """Let the next act of this thread take *submission* along; None ends that."""
    _pending.set(submission)


def pending() -> Submission | None:
    """Return the form of this request whose key no transaction has taken along yet."""
    submission = _pending.get()
    return None if submission is None or submission.is_taken else submission


def current() -> Submission | None:
    """Return the form of this request."""
    return _pending.get()


def taken() -> Submission | None:
    """Return the form of this request whose key a transaction has written."""
    submission = _pending.get()
    return submission if submission is not None and submission.is_taken else None


def claim(session: Session, submission: Submission) -> None:
    """Write the key of *submission*, the first statement of its transaction.

    PostgreSQL lets it wait here for a transaction with the same key. Raises AlreadySent.
    """
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "key": submission.key,
        "route": submission.route,
        "who": submission.who,
        "body": submission.body,
        "try_id": submission.try_id,
        "created_at": clock.now(),
    }
    made = insert(table(SentForm)).values(row).on_conflict_do_nothing().returning(SentForm.key)
    if connection.execute(made).first() is not None:
        return
    there = session.execute(
        select(SentForm.body, SentForm.try_id).where(SentForm.key == submission.key)
    ).one()
    raise AlreadySent(submission, there.body, is_own=there.try_id == submission.try_id)


def find(session: Session, key: str) -> SentForm | None:
    """Return the form that was sent with *key*, read anew."""
    return session.get(SentForm, key, populate_existing=True)


def forget(session: Session, older_than: timedelta) -> int:
    """Forget the keys of forms that can no longer be sent; return how many that was."""
    old = select(SentForm.key).where(SentForm.created_at < clock.now() - older_than).limit(BATCH)
    keys = list(session.scalars(old))
    session.execute(delete(SentForm).where(among(SentForm.key, keys)))
    return len(keys)
