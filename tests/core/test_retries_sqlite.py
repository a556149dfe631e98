"""SQLite has one writer: within the process people queue in order, beside it they wait and try again."""

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from registration.core import transaction
from registration.core.database import db
from registration.core.transaction import Unavailable, write_tx
from tests.core.arranging import Counting, adding, amounts, at_once

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("scratch"),
]


def add_one(session: Session) -> None:
    adding(1, session)


@pytest.fixture
def other_process(app: Flask) -> Iterator[sqlite3.Connection]:
    """Hold the write lock as another process would; ours waits 20 ms for it instead of 8 s."""
    event.listen(
        db.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=20").close()
    )
    path = app.config["DATABASE_URL"].removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_busy_file_is_tried_again_until_it_is_free(other_process: sqlite3.Connection) -> None:
    def add_when_free(session: Session) -> None:
        other_process.execute("COMMIT")
        adding(1, session)

    work = Counting(add_one, add_one, add_when_free)
    write_tx(work)
    assert (work.begun, amounts()) == (3, [1, 0])


def test_a_file_that_stays_busy_is_refused_in_a_sentence(other_process: sqlite3.Connection) -> None:
    work = Counting(add_one)
    with pytest.raises(Unavailable) as refused:
        write_tx(work)
    other_process.execute("COMMIT")
    assert (work.begun, refused.value.status) == (5, 503)
    assert amounts() == [0, 0]


def test_people_write_in_the_order_they_came(app: Flask) -> None:
    """Twenty come one after the other while somebody writes; the busy handler alone would shuffle them."""
    order: list[int] = []
    came = threading.Semaphore(0)

    def first(session: Session) -> None:
        adding(1, session)
        for _ in range(20):
            assert came.acquire(timeout=10)

    def person(number: int) -> None:
        deadline = time.monotonic() + 10
        while len(transaction._sqlite_turn._waiting) < number and time.monotonic() < deadline:
            time.sleep(0.001)
        came.release()
        write_tx(lambda session: order.append(number) or adding(1, session))

    at_once(app, lambda: write_tx(first), *(lambda number=number: person(number) for number in range(20)))
    assert order == list(range(20))
    assert amounts() == [21, 0]


def test_an_error_does_not_keep_the_turn(app: Flask) -> None:
    def fail(session: Session) -> None:
        adding(1, session)
        raise KeyError

    with pytest.raises(KeyError):
        write_tx(fail)
    at_once(app, lambda: write_tx(add_one))
    assert amounts() == [1, 0]
