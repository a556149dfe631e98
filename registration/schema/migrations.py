"""The schema: migrate it, and know whether it is ours."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from registration.core.bundled import bundled


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to *revision*, up or down, in one transaction."""
    with engine.execution_options(tx="write").begin() as connection:
        # SQLite rebuilds tables to alter them, which foreign keys would forbid half-way.
        config = alembic_config(connection)
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


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
