"""Times are moments on both databases, and each transaction begins as the seat engine needs it."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from registration import create_app
from registration.core.database import Model, UtcDateTime, db, single_reads
from registration.core.transaction import write_tx
from registration.schema.tables import TABLES
from tests.core.arranging import NOON, SCRATCH, adding, amounts

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
# Without a zone, as Hypothesis wants them.
EARLIEST = NOON.replace(tzinfo=None, year=1971)
LATEST = NOON.replace(tzinfo=None, year=2200)


def may_write(app: Flask) -> bool:
    """Say whether another process could begin to write to the SQLite file now."""
    other = sqlite3.connect(app.config["DATABASE_URL"].removeprefix("sqlite:///"), timeout=0)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return True


@pytest.mark.usefixtures("scratch")
def test_a_moment_comes_back_as_the_same_moment_in_utc() -> None:
    there = NOON.astimezone(ZoneInfo("Asia/Shanghai")).replace(microsecond=123456)
    write_tx(lambda session: session.execute(insert(SCRATCH).values(id=3, moment=there)))
    back = db.session.scalar(select(SCRATCH.c.moment).where(SCRATCH.c.id == 3))
    assert back == there
    assert back.utcoffset() == timedelta(0)
    assert db.session.scalar(select(SCRATCH.c.moment).where(SCRATCH.c.id == 1)) is None


@pytest.mark.usefixtures("scratch")
def test_a_naive_time_is_refused_before_it_reaches_the_database() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive time"):
        write_tx(lambda session: session.execute(insert(SCRATCH).values(id=3, moment=naive)))
    with pytest.raises(StatementError, match="naive time"):
        db.session.execute(select(SCRATCH).where(SCRATCH.c.moment < naive))


@pytest.mark.usefixtures("scratch")
def test_moments_are_compared_as_moments_whatever_their_zone() -> None:
    write_tx(lambda session: session.execute(SCRATCH.update().values(moment=NOON)))
    west = timezone(timedelta(hours=-8))
    for seconds, found in [(-1, 0), (0, 2), (1, 2)]:
        border = (NOON + timedelta(seconds=seconds)).astimezone(west)
        rows = db.session.execute(select(SCRATCH).where(SCRATCH.c.moment <= border)).all()
        assert len(rows) == found


@given(st.datetimes(timezones=st.timezones(), min_value=EARLIEST, max_value=LATEST))
def test_no_zone_changes_the_moment(moment: datetime) -> None:
    kind = UtcDateTime()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        stored = kind.process_bind_param(moment, dialect)
        # Compared in UTC: Python calls a time that the clocks show twice unequal to any in another zone.
        assert kind.process_result_value(stored, dialect) == moment.astimezone(UTC)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_has_a_name(table) -> None:
    assert table.metadata is Model.metadata
    for constraint in table.constraints:
        assert constraint.name, constraint
    assert all(index.name for index in table.indexes)


@ONLY_SQLITE
def test_every_sqlite_connection_is_safe_and_checks_foreign_keys(settings: dict[str, Any]) -> None:
    # Made as a server makes it: the fixture `app` does not wait for the disk.
    with create_app(settings).app_context(), db.engine.connect() as one, db.engine.connect() as two:
        for connection in (one, two):
            told = {
                name: connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 8000}


@ONLY_SQLITE
def test_a_writing_transaction_has_the_lock_before_it_writes(app: Flask) -> None:
    def work(session: Session) -> bool:
        session.execute(text("SELECT 1"))
        return may_write(app)

    assert not write_tx(work)
    assert may_write(app)


@ONLY_SQLITE
def test_a_reading_transaction_takes_no_lock_and_sees_one_state(app: Flask, scratch: str) -> None:
    before = db.session.scalars(select(SCRATCH.c.amount).order_by(SCRATCH.c.id)).all()
    assert may_write(app)
    with db.engine.execution_options(tx="write").begin() as other:
        other.execute(SCRATCH.update().values(amount=5))
    assert db.session.scalars(select(SCRATCH.c.amount).order_by(SCRATCH.c.id)).all() == before
    assert amounts() == [5, 5]


@ONLY_POSTGRES
def test_every_postgresql_connection_has_its_limits(app: Flask) -> None:
    with db.engine.connect() as one, db.engine.connect() as two:
        for connection in (one, two):
            told = {
                name: connection.scalar(text(f"SHOW {name}"))
                for name in (
                    "lock_timeout",
                    "statement_timeout",
                    "idle_in_transaction_session_timeout",
                    "timezone",
                )
            }
            assert told == {
                "lock_timeout": "3s",
                "statement_timeout": "10s",
                "idle_in_transaction_session_timeout": "15s",
                "timezone": "UTC",
            }


@ONLY_POSTGRES
def test_the_limits_outlive_a_transaction_that_is_rolled_back(app: Flask) -> None:
    with db.engine.connect(), db.engine.connect() as fresh:
        fresh.execute(text("SELECT 1"))
        fresh.rollback()
        assert fresh.scalar(text("SHOW lock_timeout")) == "3s"


@ONLY_POSTGRES
def test_writing_on_postgresql_is_read_committed(app: Flask) -> None:
    assert write_tx(lambda session: session.scalar(text("SHOW transaction_isolation"))) == "read committed"


def test_a_single_read_leaves_no_transaction_open(app: Flask, scratch: str) -> None:
    engine: Engine = single_reads()
    with engine.connect() as connection:
        connection.execute(select(SCRATCH)).all()
        driver = connection.connection.driver_connection
        if scratch == "sqlite":
            assert not driver.in_transaction
        else:
            assert driver.info.transaction_status == 0
        write_tx(lambda session: adding(1, session))
        assert connection.scalar(select(SCRATCH.c.amount).where(SCRATCH.c.id == 1)) == 1
