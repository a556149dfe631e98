"""Admit together what waits for the same thing: one transaction and one commit for many requests.

Whoever waits longest writes for all who wait in this process. Under load that saves a commit and
the statements of each; alone, a request is a batch of one and pays nothing.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import Unavailable, write_tx

# A batch holds the gate while it is written; more would make the next one wait too long.
MOST = 50

T = TypeVar("T")
R = TypeVar("R")
# Locks, then asks for what is to be answered, and answers each in the same order.
Work = Callable[[Session, Callable[[], Sequence[T]]], Sequence[R | Refusal]]


class _Ticket(Generic[T, R]):
    """One request in line: what it asks, and what came of it once *is_done*."""

    def __init__(self, asked: T) -> None:
        self.asked = asked
        # Any: the answer, or what is raised instead of it.
        self.answer: Any = None
        self.is_done = False
        self._turn = threading.Lock()
        self._turn.acquire()

    def wait(self) -> None:
        self._turn.acquire()

    def wake(self) -> None:
        self._turn.release()


_guard = threading.Lock()
# One line for each thing waited for; the first in it writes, the others wait. Gone when nobody is left.
_lines: dict[Hashable, deque[_Ticket[Any, Any]]] = {}


def write_together(gate: Hashable, asked: T, work: "Work[T, R]") -> R:
    """Answer *asked* in one write transaction with all that wait for the same *gate* meanwhile.

    *work* gets the session and a function that returns what is asked, in the order of arrival; it
    locks first and calls that function then, so that whoever came meanwhile is with them. It returns
    an answer for each, or the Refusal to raise for it, having changed nothing for that one. When the
    database refuses the batch, each is tried alone: nobody fails because of somebody else.

    Raises what *work* refuses, and Unavailable.
    """
    # Whoever waits here must not hold a connection of the pool meanwhile.
    db.session.rollback()
    ticket: _Ticket[T, R] = _Ticket(asked)
    key = (id(db.engine), gate)
    if not _is_first(key, ticket):
        ticket.wait()
    if not ticket.is_done:
        _lead(key, ticket, work)
    if isinstance(ticket.answer, BaseException):
        raise ticket.answer
    answer: R = ticket.answer
    return answer


def _is_first(key: Hashable, ticket: _Ticket[Any, Any]) -> bool:
    with _guard:
        line = _lines.setdefault(key, deque())
        line.append(ticket)
        return len(line) == 1


def _lead(key: Hashable, ticket: _Ticket[T, R], work: "Work[T, R]") -> None:
    """Answer the head of the line, which *ticket* stands at, and let the next one lead."""
    batch: list[_Ticket[T, R]] = [ticket]
    try:
        _answer(key, batch, work)
    finally:
        _step_aside(key, batch)


def _answer(key: Hashable, batch: list[_Ticket[T, R]], work: "Work[T, R]") -> None:
    def collected() -> Sequence[T]:
        with _guard:
            # A transaction that is tried again takes those who came meanwhile along.
            batch[:] = list(_lines[key])[:MOST]
        return [one.asked for one in batch]

    try:
        answers: Sequence[Any] = _written(work, collected)
    except Exception as error:
        if len(batch) > 1 and not isinstance(error, Unavailable):
            for one in batch:
                one.answer = _alone(one.asked, work)
            return
        answers = [_again(error) for _one in batch]
    for one, answer in zip(batch, answers, strict=True):
        one.answer = answer


def _alone(asked: T, work: "Work[T, R]") -> R | BaseException:
    try:
        return _written(work, lambda: [asked])[0]
    except Exception as error:
        return error


def _written(work: "Work[T, R]", collected: Callable[[], Sequence[T]]) -> Sequence[R | Refusal]:
    # What is admitted has a key of its own, and is admitted once however often it is asked for.
    return write_tx(lambda session: work(session, collected), is_act=False, is_repeatable=True)


def _again(error: Exception) -> Exception:
    """Return an exception for one thread of its own: a traceback must not be shared."""
    return Unavailable(error.sentence) if isinstance(error, Unavailable) else error


def _step_aside(key: Hashable, batch: Sequence[_Ticket[Any, Any]]) -> None:
    with _guard:
        line = _lines[key]
        for one in batch:
            line.remove(one)
        following = line[0] if line else None
        if following is None:
            del _lines[key]
    for one in batch[1:]:
        one.is_done = True
        if one.answer is None:
            one.answer = Unavailable("We could not save this just now. Please try again in a minute.")
        one.wake()
    if following is not None:
        following.wake()
