"""The schema: migrate it, and know whether it is ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from registration.core.bundled import bundled
from registration.schema.statistics import know_tables

# The number of the lock that migrations take turns at: any that no other program is likely to use.
_TURN = 5_274_019_836


class BrokenReference(AssertionError):
    """A migration left a row that refers to nothing."""


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to *revision*, up or down, in one transaction."""
    with (
        engine.execution_options(tx="write").connect() as connection,
        _rebuilding(connection),
        connection.begin(),
    ):
        _take_turn(connection)
        config = alembic_config(connection)
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        know_tables(connection)
        _check_references(connection)


def _take_turn(connection: Connection) -> None:
    """Let those who migrate at once go one after the other, each as long as it takes.

    The application's limits are for requests. A table in use is waited for shortly, since who waits for
    it holds up everybody behind. SQLite's write lock is taken by now.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to: foreign keys are off meanwhile, and checked after.

    The switch works outside a transaction only, so the driver's connection is told.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise BrokenReference(f"a row of {broken[0]} refers to nothing in {broken[2]}")


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database says it has."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the revision that this release knows as its newest."""
    head = ScriptDirectory(str(bundled("migrations"))).get_current_head()
    assert head is not None
    return head


def is_known(revision: str) -> bool:
    """Say whether *revision* is one of this release's."""
    scripts = ScriptDirectory(str(bundled("migrations")))
    return any(script.revision == revision for script in scripts.walk_revisions())


def alembic_config(connection: Connection, folder: Path | None = None) -> Config:
    """Return what Alembic's commands need to work on *connection*."""
    config = Config()
    config.set_main_option("script_location", str(folder or bundled("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
