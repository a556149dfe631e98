"""Behind PgBouncer in transaction mode: nothing prepared is in the way, and our limits hold."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, text

from registration.core.database import prepare
from tests.pooler import pooling


@pytest.fixture
def pooled_url(postgres_databases) -> Iterator[str]:
    """The address of an empty database of ours behind a pooler."""
    with postgres_databases.lent() as url, tempfile.TemporaryDirectory(prefix="pool-") as folder:
        parts = conninfo_to_dict(url)
        server = Path(str(parts["host"])) / f".s.PGSQL.{parts.get('port', 5432)}"
        with pooling(server, Path(folder)) as host:
            yield f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?host={host}"


@pytest.fixture
def engine(pooled_url: str) -> Iterator[Engine]:
    made = create_engine(pooled_url, pool_size=4)
    prepare(made)
    yield made
    made.dispose()


def test_the_pooler_is_one_that_breaks_prepared_statements(pooled_url):
    dsn = pooled_url.replace("+psycopg", "")
    with psycopg.connect(dsn, prepare_threshold=0) as one, psycopg.connect(dsn, prepare_threshold=0):
        one.execute("SELECT 1 + %s", (1,))
        one.commit()
        # The next transaction meets the session of the other client, where nothing is prepared.
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            one.execute("SELECT 1 + %s", (1,))


def test_many_transactions_through_a_pooler_meet_no_prepared_statement(engine):
    connections = [engine.connect() for _one in range(4)]
    for turn in range(12):
        for connection in connections:
            with connection.begin():
                assert connection.execute(text("SELECT :turn + 1"), {"turn": turn}).scalar_one() == turn + 1
    for connection in connections:
        connection.close()


def test_our_limits_hold_in_each_transaction_and_stay_with_nobody_else(engine, pooled_url):
    with engine.connect() as connection:
        for name, value in (("lock_timeout", "3s"), ("statement_timeout", "10s"), ("timezone", "UTC")):
            assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == value
    with psycopg.connect(pooled_url.replace("+psycopg", ""), autocommit=True) as other:
        assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_without_a_pooler_the_limits_are_set_once_for_the_session(postgres_databases):
    with postgres_databases.lent() as url:
        made = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        prepare(made)
        with made.connect() as connection:
            connection.rollback()
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "10s"
        made.dispose()
