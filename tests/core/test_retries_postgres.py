"""What PostgreSQL answers when a transaction must begin anew, provoked for real."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from psycopg import OperationalError
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registration.core import submissions, transaction
from registration.core.database import db
from registration.core.transaction import TooLong, Unavailable, Unsure, after_commit, write_tx
from tests.core.arranging import SCRATCH, Counting, adding, amounts, at_once

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
    pytest.mark.usefixtures("scratch"),
]


def add_one(session: Session) -> None:
    adding(1, session)


def passing(sqlstate: str) -> Callable[[Session], None]:
    """Return work that the database itself refuses with *sqlstate*."""

    def work(session: Session) -> None:
        adding(1, session)
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$"))

    return work


def written_behind_the_back(session: Session) -> None:
    """Read, let another transaction write, then write: PostgreSQL answers 40001."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    session.execute(select(SCRATCH)).all()
    with db.engine.begin() as other:
        other.execute(SCRATCH.update().values(amount=10))
    adding(1, session)


def ended_from_outside(session: Session) -> None:
    """Lose the connection in the middle of the work."""
    adding(1, session)
    process = session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    adding(1, session)


def lock_not_given(session: Session) -> None:
    """Ask for a row that another transaction holds, for a short time."""
    with db.engine.connect() as other:
        other.execute(SCRATCH.select().where(SCRATCH.c.id == 1).with_for_update())
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        adding(1, session)


def crossing(first: int, second: int, both_hold: threading.Barrier) -> Counting:
    """Return work that deadlocks with its mirror image, and on the next try does not wait for it."""

    def both(session: Session) -> None:
        adding(first, session)
        adding(second, session)

    def meet(session: Session) -> None:
        adding(first, session)
        both_hold.wait()
        adding(second, session)

    return Counting(meet, both)


def test_a_failed_serialisation_is_tried_again() -> None:
    work = Counting(written_behind_the_back, add_one)
    write_tx(work)
    assert (work.begun, amounts()) == (2, [11, 10])


def test_a_lost_connection_is_tried_again_on_another() -> None:
    work = Counting(ended_from_outside, add_one)
    write_tx(work)
    assert (work.begun, amounts()) == (2, [1, 0])


def test_a_lock_that_is_not_given_is_asked_for_again() -> None:
    work = Counting(lock_not_given, add_one)
    write_tx(work)
    assert (work.begun, amounts()) == (2, [1, 0])


def test_of_two_that_wait_for_each_other_one_begins_anew(app: Flask) -> None:
    both_hold = threading.Barrier(2, timeout=10)
    works = [crossing(1, 2, both_hold), crossing(2, 1, both_hold)]
    at_once(app, *(lambda work=work: write_tx(work) for work in works))
    assert sorted(work.begun for work in works) == [1, 2]
    assert amounts() == [2, 2]


def test_what_follows_a_commit_does_not_follow_the_tries_before_it() -> None:
    seen: list[int] = []

    def noting(number: int, work: Callable[[Session], None]) -> Callable[[Session], None]:
        def noted(session: Session) -> None:
            after_commit(session, lambda: seen.append(number))
            work(session)

        return noted

    write_tx(Counting(noting(1, passing("40001")), noting(2, add_one)))
    assert seen == [2]


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "25006", "57P01", "08006"])
def test_what_passes_is_tried_five_times_and_then_refused_in_a_sentence(
    sqlstate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.random, "uniform", lambda _low, _high: 0.0)
    work = Counting(passing(sqlstate))
    with pytest.raises(Unavailable) as refused:
        write_tx(work)
    assert (work.begun, refused.value.status) == (5, 503)
    assert "nothing was changed" in refused.value.sentence
    assert amounts() == [0, 0]


@pytest.mark.parametrize("sqlstate", ["23514", "42P01", "22021", "P0001"])
def test_what_does_not_pass_is_raised_at_once(sqlstate: str) -> None:
    work = Counting(passing(sqlstate))
    with pytest.raises(DBAPIError):
        write_tx(work)
    assert work.begun == 1


def test_who_meets_what_another_has_just_written_looks_once_more() -> None:
    work = Counting(passing("23505"), add_one)
    write_tx(work)
    assert (work.begun, amounts()) == (2, [1, 0])


def test_what_breaks_a_unique_constraint_again_is_raised() -> None:
    work = Counting(passing("23505"))
    with pytest.raises(DBAPIError):
        write_tx(work)
    assert work.begun == 2


def test_a_text_that_is_too_long_is_refused_in_a_sentence() -> None:
    with pytest.raises(TooLong) as refused:
        write_tx(lambda session: session.execute(SCRATCH.update().values(note="n" * 21)))
    assert (refused.value.status, amounts()) == (422, [0, 0])


class Losing:
    """A database whose answer to the first COMMIT is lost, after or before it was carried out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_done: bool) -> None:
        self.is_done, self.lost = is_done, 0
        self._commit = db.engine.dialect.do_commit
        monkeypatch.setattr(db.engine.dialect, "do_commit", self)

    def __call__(self, connection: Any) -> None:
        if self.lost:
            self._commit(connection)
            return
        self.lost += 1
        if self.is_done:
            self._commit(connection)
        connection.dbapi_connection.close()
        raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("is_done", [True, False])
def test_a_lost_answer_to_commit_is_decided_by_the_key(
    monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    db.session.remove()
    followed: list[int] = []

    def once_more(session: Session) -> int:
        after_commit(session, lambda: followed.append(1))
        adding(1, session)
        return 7

    work = Counting(once_more)
    losing = Losing(monkeypatch, is_done=is_done)
    with submissions.within(submissions.Submission("k" * 64, "test", "", "b" * 64)):
        assert write_tx(work) == 7
    assert (losing.lost, amounts(), followed) == (1, [1, 0], [1])
    assert work.begun == (1 if is_done else 2)


@pytest.mark.parametrize("is_done", [True, False])
def test_without_a_key_nobody_guesses(monkeypatch: pytest.MonkeyPatch, is_done: bool) -> None:
    db.session.remove()
    work = Counting(add_one)
    Losing(monkeypatch, is_done=is_done)
    with pytest.raises(Unsure) as refused:
        write_tx(work)
    assert (work.begun, amounts(), refused.value.status) == (1, [int(is_done), 0], 503)


@pytest.mark.parametrize("is_done", [True, False])
def test_what_may_be_repeated_is(monkeypatch: pytest.MonkeyPatch, is_done: bool) -> None:
    db.session.remove()
    work = Counting(add_one)
    Losing(monkeypatch, is_done=is_done)
    write_tx(work, is_repeatable=True)
    assert work.begun == 2
