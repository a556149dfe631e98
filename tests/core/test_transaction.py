"""One function, one transaction: committed whole or not at all, and tried again only where that helps."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.transaction import after_commit, write_tx
from tests.core.arranging import SCRATCH, Counting, adding, amounts

pytestmark = pytest.mark.usefixtures("scratch")


def add_one(session: Session) -> None:
    adding(1, session)


def test_what_the_work_returns_is_returned_when_it_is_committed() -> None:
    def work(session: Session) -> int:
        adding(1, session)
        return 7

    assert write_tx(work) == 7
    assert amounts() == [1, 0]


def test_nothing_of_a_failed_work_stays() -> None:
    def work(session: Session) -> None:
        adding(1, session)
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        write_tx(work)
    assert amounts() == [0, 0]
    write_tx(add_one)
    assert amounts() == [1, 0]


@pytest.mark.parametrize(
    "values", [{"id": 1, "amount": 0}, {"id": 3, "amount": -1}, {"id": 3, "amount": None}]
)
def test_a_broken_constraint_is_raised(values: dict[str, int | None]) -> None:
    work = Counting(lambda session: session.execute(insert(SCRATCH).values(**values)))
    with pytest.raises(IntegrityError):
        write_tx(work)
    # A unique constraint may have met another's row: on PostgreSQL it is looked at once more.
    is_taken = values["id"] == 1 and db.engine.dialect.name == "postgresql"
    assert work.begun == 1 + is_taken


def test_the_requests_own_reading_ends_before_the_writing_begins() -> None:
    db.session.execute(select(SCRATCH)).all()
    write_tx(add_one)
    assert db.session.scalar(select(SCRATCH.c.amount).where(SCRATCH.c.id == 1)) == 1


def test_what_follows_a_commit_sees_it_and_happens_once() -> None:
    seen: list[list[int]] = []

    def look() -> None:
        seen.append(amounts())

    def work(session: Session) -> None:
        after_commit(session, look)
        adding(1, session)
        after_commit(session, look)

    write_tx(work)
    assert seen == [[1, 0]]


def test_what_follows_a_commit_does_not_follow_a_failure() -> None:
    seen: list[str] = []

    def work(session: Session) -> None:
        after_commit(session, lambda: seen.append("called"))
        adding(1, session)
        session.execute(insert(SCRATCH).values(id=1))

    with pytest.raises(IntegrityError):
        write_tx(work)
    assert seen == []


def test_what_follows_may_write_again() -> None:
    def work(session: Session) -> None:
        after_commit(session, lambda: write_tx(lambda other: adding(2, other)))
        adding(1, session)

    write_tx(work)
    assert amounts() == [1, 1]
