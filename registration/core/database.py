"""The database: one declarative base, times in UTC, and transactions that mean the same on both engines."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, MetaData, Row, Table, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import ReturningInsert, UpdateBase
from sqlalchemy.types import TypeDecorator

from registration.core.dsn import engine_url

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=8000",
)
_POSTGRES_LIMITS = {
    "lock_timeout": "3s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}
_SET_FOR_SESSION = [f"SET {name}='{value}'" for name, value in _POSTGRES_LIMITS.items()]
_SET_FOR_TRANSACTION = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', true)" for name, value in _POSTGRES_LIMITS.items()
)
# Noted at a connection that a pooler such as PgBouncer shares among its clients.
_IS_SHARED = "shared by a pooler"


_READS = "registration_single_reads"


class Model(DeclarativeBase):
    """The base of every table; constraints get their names from one convention."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table(model: type[Model]) -> Table:
    """Return the table of *model*.

    What every registration runs goes through tables: the ORM's way around a statement costs more
    than SQLite takes to carry it out (docs/performance.md).
    """
    found = model.__table__
    assert isinstance(found, Table)
    return found


def write_rows(session: Session, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry out *statement* for each of *rows* at once. For none it does nothing: databases refuse that."""
    if rows:
        session.connection().execute(statement, list(rows))


def insert_all(
    session: Session, statement: ReturningInsert[Any], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert *rows* by a statement that returns ids in the order of its parameters; return the ids."""
    return [int(row[0]) for row in insert_returning(session, statement, rows)]


def insert_returning(
    session: Session, statement: ReturningInsert[Any], rows: Sequence[Mapping[str, Any]]
) -> Sequence[Row[Any]]:
    """Insert *rows*; return what *statement* returns of each, in the order of its parameters."""
    if not rows:
        return []
    return session.connection().execute(statement, list(rows)).all()


db = SQLAlchemy(model_class=Model, disable_autonaming=True)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. Naive times raise ValueError.

    SQLite forgets zones, so what it returns is told to be UTC again.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive time cannot be stored; give it a zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def init_app(app: Flask) -> None:
    """Bind *app* to its database and set up what each new connection needs."""
    url = app.config["DATABASE_URL"]
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url(url)
    options: dict[str, Any] = {"pool_pre_ping": not url.startswith("sqlite")}
    if not url.startswith("sqlite"):
        options |= {
            "pool_size": app.config["DATABASE_POOL_SIZE"],
            "max_overflow": 5,
            "pool_timeout": 5,
        }
    else:
        options |= {"pool_size": 20, "max_overflow": 20}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
        app.extensions[_READS] = _for_single_reads(db.engine)


def single_reads() -> Engine:
    """Return the engine for a page that reads by one statement alone.

    One statement sees one state by itself. Without a transaction around it a request waits less on
    the database and on other threads: measured, a third more requests.
    """
    engine: Engine = current_app.extensions[_READS]
    return engine


def _for_single_reads(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(tx="single")
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def prepare(engine: Engine) -> None:
    """Make *engine* start its transactions as the seat engine needs them (docs/architecture.md)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "begin", _begin_postgres)


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver's own transactions begin late and deferred; ours begin in _begin_sqlite.
        connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where the connection says tx="write": a lock asked for later can fail."""
    options = connection.get_execution_options()
    kind = options.get("tx")
    if kind == "write":
        # Between transactions only: SQLite takes no other setting within one.
        wanted = "FULL" if options.get("durable", True) else "NORMAL"
        if connection.info.get("synchronous", "FULL") != wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
            connection.info["synchronous"] = wanted
    if kind != "single":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if kind == "write" else "BEGIN")


def _prepare_postgres(connection: Any, record: ConnectionPoolEntry) -> None:
    """Set our limits, or note that each transaction must: a pooler gives every one another session.

    PgBouncer shows as another process than the one that answers. There, statements that one client
    prepared are in the way of the next, so nothing is prepared.
    """
    cursor = connection.cursor()
    answering = cursor.execute("SELECT pg_backend_pid()").fetchone()
    if answering != (connection.info.backend_pid,):
        record.info[_IS_SHARED] = True
        connection.prepare_threshold = None
    else:
        for statement in _SET_FOR_SESSION:
            cursor.execute(statement)
    cursor.close()
    connection.commit()


def _begin_postgres(connection: Connection) -> None:
    if connection.info.get(_IS_SHARED) and connection.get_isolation_level() != "AUTOCOMMIT":
        connection.exec_driver_sql(_SET_FOR_TRANSACTION)
