"""Crash points: before every statement, and before and after every COMMIT."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


class Crash(BaseException):
    """The process ends here. Nobody catches it, and nothing that was not committed is left."""


@dataclass
class Points:
    """What was passed so far; *last* says in words where the crash, if any, was."""

    passed: int = 0
    last: str = ""


def end_here() -> None:
    raise Crash


@contextmanager
def crashing(engine: Engine, at: int, end: Callable[[], None] = end_here) -> Iterator[Points]:
    """Call *end* at the point number *at*, counted from 1, of what runs inside; 0 only counts."""
    points = Points()

    def passing(where: str) -> None:
        points.passed += 1
        if points.passed == at:
            points.last = where
            end()

    def statement(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        passing("before " + " ".join(sql.split()[:3]))

    def committing(_session: Session) -> None:
        passing("before COMMIT")

    def committed(_session: Session) -> None:
        passing("after COMMIT")

    listeners: list[tuple[Any, str, Callable[..., None]]] = [
        (engine, "before_cursor_execute", statement),
        (Session, "before_commit", committing),
        (Session, "after_commit", committed),
    ]
    for place, name, listener in listeners:
        event.listen(place, name, listener)
    try:
        yield points
    finally:
        for place, name, listener in listeners:
            event.remove(place, name, listener)
