"""Several first migrations at once, as when nodes are started together, and long ones."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from registration.core.database import prepare
from registration.schema.migrations import migrate
from tests.cli.test_commands import run
from tests.postgres import database_url, execute


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path: Path):
    """The settings of an empty database."""
    if request.param == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'registration.sqlite3'}"}
        return
    uri = request.getfixturevalue("postgres_server")
    execute(uri, "CREATE DATABASE first_migrations")
    yield {"DATABASE_URL": database_url(uri, "first_migrations")}
    execute(uri, "DROP DATABASE first_migrations WITH (FORCE)")


def test_all_that_migrate_at_once_succeed(empty, tmp_path):
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _one: run(tmp_path, "migrate", **empty), range(5)))
    assert [one.returncode for one in done] == [0] * 5, [one.stderr for one in done]
    assert run(tmp_path, "doctor", **empty).returncode == 0


def test_a_migration_takes_as_long_as_it_takes(postgres_server, monkeypatch):
    execute(postgres_server, "CREATE DATABASE long_migration")
    url = database_url(postgres_server, "long_migration")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    prepare(engine)
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
    seen = {}

    def look(connection) -> None:
        for name in names:
            seen[name] = connection.exec_driver_sql(f"SHOW {name}").scalar_one()

    monkeypatch.setattr("registration.schema.migrations.know_tables", look)
    migrate(engine)
    assert seen == {
        "statement_timeout": "0",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "0",
    }
    # The limits of requests are back with the next transaction.
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "10s"
    engine.dispose()
    execute(postgres_server, "DROP DATABASE long_migration WITH (FORCE)")


def test_a_database_that_holds_another_program_s_tables_keeps_them(postgres_server, tmp_path):
    execute(postgres_server, "CREATE DATABASE shared_tables")
    url = database_url(postgres_server, "shared_tables")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE booking (id int)")
    refused = run(tmp_path, "migrate", DATABASE_URL=url)
    assert (refused.returncode, "another program" in refused.stderr) == (2, True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE booking RENAME TO bookmarks")
    assert run(tmp_path, "migrate", DATABASE_URL=url).returncode == 0
    execute(postgres_server, "DROP DATABASE shared_tables WITH (FORCE)")
