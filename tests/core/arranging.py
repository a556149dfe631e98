"""A table of the tests' own, to try transactions on without any feature."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, String, Table, insert, select, update
from sqlalchemy.orm import Session

from registration.core.database import UtcDateTime, db

SCRATCH = Table(
    "scratch",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("note", String(20)),
    Column("amount", Integer, CheckConstraint("amount >= 0"), nullable=False, default=0),
    Column("moment", UtcDateTime),
)
NOON = datetime(2030, 12, 11, 12, tzinfo=UTC)


def make_scratch() -> None:
    """Create the table with two rows, 1 and 2."""
    with db.engine.execution_options(tx="write").begin() as connection:
        SCRATCH.create(connection)
        connection.execute(insert(SCRATCH), [{"id": 1, "note": "one"}, {"id": 2, "note": "two"}])


def adding(row: int, session: Session) -> None:
    """Add one to the amount of *row*."""
    session.execute(update(SCRATCH).where(SCRATCH.c.id == row).values(amount=SCRATCH.c.amount + 1))


def amounts() -> list[int]:
    """Return what is committed, as another connection sees it."""
    with db.engine.connect() as connection:
        return list(connection.scalars(select(SCRATCH.c.amount).order_by(SCRATCH.c.id)))


class Counting:
    """Work that counts how often it was begun, and does something else each time."""

    def __init__(self, *tries: Callable[[Session], Any]) -> None:
        self.tries = tries
        self.begun = 0

    def __call__(self, session: Session) -> Any:
        work = self.tries[min(self.begun, len(self.tries) - 1)]
        self.begun += 1
        return work(session)


def at_once(app: Flask, *jobs: Callable[[], object]) -> None:
    """Do *jobs* in threads of their own, as a server's requests; their errors are raised here."""

    def inside(job: Callable[[], object]) -> object:
        with app.app_context():
            return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for future in [pool.submit(inside, job) for job in jobs]:
            future.result(timeout=30)
