"""Facts are kept for a moment, and never beyond a commit of this process."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from registration.core import clock
from registration.core.read_cache import KEPT_FOR, recent
from registration.core.transaction import write_tx
from tests.core.arranging import adding

pytestmark = pytest.mark.usefixtures("scratch")
START = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Source:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def test_a_fact_is_read_once_in_a_moment(app: Flask) -> None:
    read = Source()
    with clock.running(lambda: START):
        assert [recent("once", read) for _one in range(5)] == [1] * 5


def test_a_commit_lets_it_be_read_anew(app: Flask) -> None:
    read = Source()
    with clock.running(lambda: START):
        recent("commit", read)
        write_tx(lambda session: adding(1, session))
        assert recent("commit", read) == 2


def test_it_is_read_anew_after_its_time_and_when_the_clock_goes_back(app: Flask) -> None:
    read = Source()
    moments = [START]
    with clock.running(lambda: moments[-1]):
        recent("time", read)
        moments.append(START + KEPT_FOR)
        assert recent("time", read) == 2
        moments.append(START - timedelta(hours=1))
        assert recent("time", read) == 3


def test_what_is_read_while_something_is_committed_is_not_kept(app: Flask) -> None:
    def overtaken() -> str:
        write_tx(lambda session: adding(1, session))
        return "old"

    with clock.running(lambda: START):
        assert recent("race", overtaken) == "old"
        assert recent("race", lambda: "new") == "new"


def test_who_asks_while_it_is_read_waits_for_the_answer(app: Flask) -> None:
    count, is_reading, may_end = [0], threading.Event(), threading.Event()
    answers: list[int] = []

    def read() -> int:
        count[0] += 1
        is_reading.set()
        assert may_end.wait(10)
        return count[0]

    def ask() -> None:
        with app.app_context():
            answers.append(recent("together", read))

    threads = [threading.Thread(target=ask) for _one in range(4)]
    for thread in threads:
        thread.start()
    assert is_reading.wait(10)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert answers == [1, 1, 1, 1]
