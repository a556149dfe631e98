"""The one way to write: a whole function in one transaction, tried again when the database says so."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from flask import current_app
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from registration.core import read_cache
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


class Unavailable(Refusal):
    """The database cannot take the change now; nothing was changed."""

    status = 503
    code = "unavailable"


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


def write_tx(work: Callable[[Session], T], *, durable: bool = True) -> T:
    """Run *work* in one write transaction and commit it; run it anew when the database asks for that.

    What is not *durable* outlives the death of this process, but perhaps not that of the machine,
    until the next durable commit; it waits for no disk.

    *work* may run several times, so it touches nothing but its session. Raises Unavailable when the
    database does not take it within 5 tries and 8 seconds.
    """
    # The request's own read transaction ends first: its connection may be the last of the pool.
    db.session.rollback()
    deadline = time.monotonic() + SECONDS
    for attempt in range(1, TRIES + 1):
        try:
            return _once(work, durable=durable)
        except DBAPIError as error:
            if not is_passing(error):
                raise
            if attempt == TRIES or time.monotonic() > deadline:
                raise Unavailable(
                    "We could not save this just now, and nothing was changed. Please try again in a minute."
                ) from error
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


def _once(work: Callable[[Session], T], *, durable: bool) -> T:
    engine = db.engine.execution_options(**WRITING, durable=durable)
    with _turn(engine.dialect.name), Session(engine, expire_on_commit=False) as session:
        if not durable and engine.dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
        with _marked():
            result = work(session)
            session.commit()
        read_cache.forget()
        callbacks = session.info.pop("after_commit", {})
    for callback in callbacks:
        callback()
    return result


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
