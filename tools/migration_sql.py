"""Show the SQL of the migrations, as the database gets it.

    python -m tools.migration_sql [sqlite|postgres] [FROM]

They run on an empty database that is thrown away, from the beginning; what is printed begins behind FROM (a
revision, as 0009), or with the newest one alone. An operator reads it before an upgrade.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event

from registration.core import database
from registration.core.bundled import bundled
from registration.schema.migrations import migrate, newest_revision
from tests import postgres


@contextmanager
def empty(kind: str) -> Iterator[Engine]:
    """Yield an engine on an empty database of *kind*."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield create_engine(f"sqlite:///{Path(folder) / 'empty.sqlite3'}")
        return
    with postgres.server() as uri:
        postgres.execute(uri, "CREATE DATABASE registration")
        address = postgres.database_url(uri, "registration")
        yield create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1))


def statements(engine: Engine, start: str) -> Iterator[str]:
    """Yield each statement that brings the schema from revision *start* to the newest."""
    database.prepare(engine)
    migrate(engine, start)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement.strip())

    event.listen(engine, "before_cursor_execute", note)
    migrate(engine)
    reads = ("select", "pragma", "show", "with")
    yield from (one for one in seen if not one.lower().startswith(reads))


def _before_the_newest() -> str:
    script = ScriptDirectory(str(bundled("migrations"))).get_revision(newest_revision())
    return str(script.down_revision)


def main(arguments: list[str]) -> int:
    """Print the statements, each ended by a semicolon."""
    kind = arguments[0] if arguments else "postgres"
    start = arguments[1] if len(arguments) > 1 else _before_the_newest()
    with empty(kind) as engine:
        for one in statements(engine, start):
            print(f"{one};\n")
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
