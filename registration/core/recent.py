"""Facts that were read a moment ago and that nothing of this process has changed since.

A busy page asks the same small question thousands of times a second. Every commit of this process
forgets all answers, so nobody reads here what was changed here; what another process changes is seen
after SECONDS at the latest (docs/decisions/0006).
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from registration.core import clock
from registration.core.database import db

T = TypeVar("T")

KEPT_FOR = timedelta(seconds=0.2)
# Far more than the public pages of a busy hour; a crawler of wrong addresses must not fill the memory.
MOST = 2048

_known: dict[Hashable, tuple[int, datetime, Any]] = {}
_commits = [0]


def forget() -> None:
    """Let everything be read anew: something was committed."""

    _commits[0] += 1


def recent(name: Hashable, read: Callable[[], T]) -> T:
    """Return what *read* returned for *name* a moment ago, or read it."""
    key = (id(db.engine), name)
    commits, at = _commits[0], clock.now()
    known = _known.get(key)
    if known is not None and known[0] == commits and timedelta(0) <= at - known[1] < KEPT_FOR:
        value: T = known[2]
        return value
    value = read()
    if len(_known) >= MOST:
        _known.clear()
    _known[key] = (commits, at, value)
    return value
