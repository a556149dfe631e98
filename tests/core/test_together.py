"""Requests that wait for the same gate are written together, and none suffers from another."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as events
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.group_commit import write_together
from registration.core.refusal import Refusal
from tests.core.arranging import SCRATCH

pytestmark = pytest.mark.usefixtures("scratch")


class Commits:
    """Counts the commits while it listens."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "Commits":
        events.listen(db.engine, "commit", self._commit)
        return self

    def __exit__(self, *_exception: object) -> None:
        events.remove(db.engine, "commit", self._commit)

    def _commit(self, _connection: object) -> None:
        self.count += 1


def crowd(app: Flask, asked: Sequence[int], work: Any) -> dict[int, object]:
    """Ask for each of *asked* at once; the first of them holds the gate until all others wait."""
    answers: dict[int, object] = {}
    is_held, may_go = threading.Event(), threading.Event()

    def holding(session: Session, waiting: Callable[[], Sequence[int]]) -> Sequence[Any]:
        if not is_held.is_set():
            is_held.set()
            may_go.wait(5)
        return list(work(session, waiting))

    def ask(number: int) -> None:
        with app.app_context():
            try:
                answers[number] = write_together("gate", number, holding)
            except Exception as error:
                answers[number] = error
            db.session.remove()

    threads = [threading.Thread(target=ask, args=(number,)) for number in asked]
    threads[0].start()
    assert is_held.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)
    may_go.set()
    for thread in threads:
        thread.join(10)
    return answers


def doubled(session: Session, waiting: Callable[[], Sequence[int]]) -> list[int | Refusal]:
    answers: list[int | Refusal] = []
    for number in waiting():
        if number % 5 == 4:
            answers.append(Refusal(f"{number} is refused"))
        else:
            session.execute(insert(SCRATCH).values(id=100 + number, amount=number))
            answers.append(2 * number)
    return answers


def test_those_who_wait_share_one_commit_and_each_has_its_own_answer(app: Flask) -> None:
    with Commits() as commits:
        answers = crowd(app, range(20), doubled)
    assert commits.count == 1
    for number, answer in answers.items():
        if number % 5 == 4:
            assert isinstance(answer, Refusal)
            assert answer.sentence == f"{number} is refused"
        else:
            assert answer == 2 * number


def test_one_that_the_database_refuses_fails_alone(app: Flask) -> None:
    def work(session: Session, waiting: Callable[[], Sequence[int]]) -> list[int]:
        for number in waiting():
            # The seventh takes a row that is there already.
            session.execute(insert(SCRATCH).values(id=1 if number == 7 else 200 + number, amount=0))
        return [0 for _number in waiting()]

    answers = crowd(app, range(10), work)
    assert isinstance(answers.pop(7), IntegrityError)
    assert set(answers.values()) == {0}


def test_they_are_answered_in_the_order_they_came(app: Flask) -> None:
    seen: list[int] = []

    def work(_session: Session, waiting: Callable[[], Sequence[int]]) -> list[int]:
        batch = waiting()
        seen.extend(batch)
        return list(batch)

    with app.app_context():
        for number in range(3):
            assert write_together("gate", number, work) == number
    assert seen == [0, 1, 2]
