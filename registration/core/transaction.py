"""The one way to write: a whole function in one transaction, tried again when the database says so."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from registration.core import read_cache, submissions
from registration.core.database import db
from registration.core.refusal import Refusal

log = logging.getLogger(__name__)
T = TypeVar("T")
_is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)

# What tells database.py to take the write lock with the first statement.
WRITING = {"tx": "write"}
TRIES = 5
SECONDS = 8.0
# Serialisation, deadlock, lock and standby answers that pass by themselves (PostgreSQL, appendix A).
_PASSING = ("40001", "40P01", "55P03", "25006", "57P01", "57P02", "57P03")


_NOT_NOW = _l("We could not save this just now, and nothing was changed. Please try again in a minute.")
_UNSURE = _l(
    "The connection to our records broke while this was saved, so we cannot say whether it was. Look at the "
    "page again before you send it once more."
)
_TOO_LONG = _l("Something in this form is longer than we can keep. Shorten it and send the form again.")


class Unavailable(Refusal):
    """The database cannot take the change now; nothing was changed."""

    status = 503
    code = "unavailable"


class Unsure(Unavailable):
    """The database fell silent while it kept the change: it may have been made, or not."""

    code = "unsure"


class TooLong(Refusal):
    """A text is longer than its column. Forms say so before; this is for what they overlook."""

    status = 422
    code = "too-long"


class _Unanswered(Exception):
    """COMMIT was sent, and no answer came. *result* is what the work returned."""

    def __init__(self, result: Any, callbacks: Iterable[Callable[[], None]]) -> None:
        super().__init__()
        self.result, self.callbacks = result, callbacks


class _FifoLock:
    """A lock that is given in the order it was asked for.

    SQLite's busy handler is no queue: measured with 16 threads, people were displaced by hundreds
    of places. Waiting here first costs nothing and keeps everybody's turn.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        ticket.acquire()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_sqlite_turn = _FifoLock()


def write_tx(
    work: Callable[[Session], T],
    *,
    durable: bool = True,
    is_act: bool = True,
    is_repeatable: bool = False,
) -> T:
    """Run *work* in one write transaction and commit it; run it anew when the database asks for that.

    What is not *durable* outlives the death of this process, but perhaps not that of the machine,
    until the next durable commit; it waits for no disk.

    The first write of a request takes the key of its form along (core/submissions.py), unless it is no
    *act*: what only prepares one. Once COMMIT was sent, *work* is run again only where that key shows
    whether it was done, or where doing it twice is doing it once (*is_repeatable*).

    *work* may run several times, so it touches nothing but its session. Raises AlreadySent where the form
    was sent before, TooLong, and Unavailable when the database does not take it within 5 tries and 8
    seconds; that is Unsure where nobody can say whether it was done.
    """
    # The request's own read transaction ends first: its connection may be the last of the pool.
    db.session.rollback()
    submission = submissions.pending() if is_act else None
    deadline = time.monotonic() + SECONDS
    unanswered: _Unanswered | None = None
    may_meet_another = True
    for attempt in range(1, TRIES + 1):
        try:
            return _once(work, durable=durable, submission=submission)
        except submissions.AlreadySent as sent:
            if unanswered is None or not sent.is_own:
                raise
            # The key is there, and it is ours: what was not answered was done.
            _follow(submission, unanswered.callbacks)
            return cast(T, unanswered.result)
        except _Unanswered as lost:
            # Only the first is asked about: had it been kept, the key would have stopped the second.
            unanswered = lost if submission is not None else None
            if submission is None and not is_repeatable:
                raise Unsure(_UNSURE) from lost.__cause__
            error = lost.__cause__
        except DBAPIError as refused:
            error = refused
            if is_taken(refused) and may_meet_another:
                # Somebody else has just written the same: what is read again is there.
                may_meet_another = False
                continue
            if is_too_long(refused):
                raise TooLong(_TOO_LONG) from refused
            if not is_passing(refused):
                raise
        if attempt == TRIES or time.monotonic() > deadline:
            raise (Unsure(_UNSURE) if unanswered else Unavailable(_NOT_NOW)) from error
        time.sleep(random.uniform(0, min(1.0, 0.02 * 2**attempt)))  # noqa: S311 - jitter, not a secret
    raise AssertionError("the loop above returns or raises")


class SlowWithin(AssertionError):
    """Slow work was begun within a write transaction, while others wait for its locks."""


def is_writing() -> bool:
    """Say whether this is within a write transaction."""
    return _is_writing.get()


def refuse_within(what: str) -> None:
    """Refuse *what* takes long (rendering, network, files, programs) within a write transaction.

    Raises SlowWithin in tests; where people wait for an answer it is logged, and done.
    """
    if _is_writing.get():
        if current_app.testing:
            raise SlowWithin(f"{what} within a transaction")
        log.error("slow work within a transaction: %s", what)


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Call *callback* once when the transaction of *session* is committed, and never otherwise."""
    session.info.setdefault("after_commit", {})[callback] = None


def is_passing(error: DBAPIError) -> bool:
    """Say whether trying again may help."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _PASSING or state.startswith("08")
    if not isinstance(error, OperationalError):
        return False
    name = getattr(error.orig, "sqlite_errorname", "")
    if name:
        return name.startswith(
            ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN")
        )
    # psycopg's connection errors carry no sqlstate.
    return True


def is_taken(error: DBAPIError) -> bool:
    """Say whether PostgreSQL met a unique constraint.

    On SQLite, which lets one write at a time, that means the work itself wrote it twice.
    """
    return getattr(error.orig, "sqlstate", None) == "23505"


def is_too_long(error: DBAPIError) -> bool:
    """Say whether a text is longer than its column; SQLite keeps it as it is."""
    return getattr(error.orig, "sqlstate", None) == "22001"


def _once(work: Callable[[Session], T], *, durable: bool, submission: submissions.Submission | None) -> T:
    engine = db.engine.execution_options(**WRITING, durable=durable)
    with _turn(engine.dialect.name), Session(engine, expire_on_commit=False) as session:
        if not durable and engine.dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
        if submission is not None:
            submissions.claim(session, submission)
        with _marked():
            result = work(session)
            session.flush()
        callbacks = session.info.pop("after_commit", {})
        try:
            session.commit()
        except DBAPIError as error:
            if _is_undone(error):
                raise
            raise _Unanswered(result, callbacks) from error
    _follow(submission, callbacks)
    return result


def _is_undone(error: DBAPIError) -> bool:
    """Say whether COMMIT was answered, with no. SQLite is in this process: it always answers."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return not error.connection_invalidated and bool(getattr(error.orig, "sqlite_errorname", ""))
    return not state.startswith(("08", "57"))


def _follow(submission: submissions.Submission | None, callbacks: Iterable[Callable[[], None]]) -> None:
    read_cache.forget()
    if submission is not None:
        submission.is_taken = True
    for callback in callbacks:
        callback()


@contextmanager
def _marked() -> Iterator[None]:
    before = _is_writing.set(True)
    try:
        yield
    finally:
        _is_writing.reset(before)


@contextmanager
def _turn(dialect: str) -> Iterator[None]:
    if dialect != "sqlite":
        yield
        return
    _sqlite_turn.acquire()
    try:
        yield
    finally:
        _sqlite_turn.release()
