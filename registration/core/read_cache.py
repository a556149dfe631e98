"""Facts that were read a moment ago and that nothing of this process has changed since.

A busy page asks the same small question thousands of times a second. Every commit of this process
forgets all answers, so nobody reads here what was changed here; what another process changes is seen
after SECONDS at the latest (docs/decisions/0006).
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

from registration.core import clock
from registration.core.database import db

T = TypeVar("T")

KEPT_FOR = timedelta(seconds=0.2)
# Far more than the public pages of a busy hour; a crawler of wrong addresses must not fill the memory.
MOST = 2048

_known: dict[Hashable, tuple[int, datetime, Any]] = {}
_commits = [0]
_reading = tuple(Lock() for _number in range(64))


def forget() -> None:
    """Let everything be read anew: something was committed."""

    _commits[0] += 1


def commits() -> int:
    """Return how often this process has committed; what was read before the last time may be old."""
    return _commits[0]


def recent(name: Hashable, read: Callable[[], T]) -> T:
    """Return what *read* returned for *name* a moment ago, or read it; *read* asks nothing recent itself.

    Who asks while it is being read waits for the answer: eight threads would read it eight times.
    """
    key = (id(db.engine), name)
    known = _fresh(key)
    if known is None:
        with _reading[hash(key) % len(_reading)]:
            known = _fresh(key) or _read(key, read)
    value: T = known[2]
    return value


def _fresh(key: Hashable) -> tuple[int, datetime, Any] | None:
    known = _known.get(key)
    if known is None or known[0] != commits():
        return None
    return known if timedelta(0) <= clock.now() - known[1] < KEPT_FOR else None


def _read(key: Hashable, read: Callable[[], Any]) -> tuple[int, datetime, Any]:
    # Before it is read: the answer may be newer than these say, never older.
    before, at = commits(), clock.now()
    found = (before, at, read())
    if len(_known) >= MOST:
        _known.clear()
    _known[key] = found
    return found
