"""How the schema of a database stands towards this release, and what to do about it."""

import os
from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy import Connection, inspect

from registration.schema.migrations import current_revision, is_known, newest_revision
from registration.schema.tables import TABLES

# Two of ours that no other program is likely to have together.
_OURS = frozenset({"organiser", "outgoing_message"})


class Stand(Enum):
    """What a database is to this release."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Standing:
    """The stand of a database, with the revision that it says it has."""

    stand: Stand
    revision: str | None = None

    @property
    def sentence(self) -> str:
        """What to do, in one sentence or two; empty where the schema is current."""
        return {
            Stand.CURRENT: "",
            Stand.EMPTY: "The database has no tables yet. Run `registration migrate` first.",
            Stand.OLDER: "The database is older than this release. Run `registration migrate` first.",
            Stand.NEWER: (
                f"This release is older than the database (schema {self.revision}; it knows up to"
                f" {newest_revision()}). Install the newer release, or restore the copy made before it."
            ),
            Stand.FOREIGN: (
                "This is a database of another program. Check REGISTRATION_DATABASE_URL; nothing was changed."
            ),
        }[self.stand]


def standing(connection: Connection) -> Standing:
    """Return how the database behind *connection* stands."""
    names: Set[str] = set(inspect(connection).get_table_names())
    try:
        revision = current_revision(connection) if "alembic_version" in names else None
    except CommandError:
        # More than one: another program's branches.
        return Standing(Stand.FOREIGN)
    if revision is None:
        # An empty table of revisions is what a migration that was taken back leaves.
        return Standing(Stand.FOREIGN if _is_taken(connection, names) else Stand.EMPTY)
    if not names >= _OURS:
        return Standing(Stand.FOREIGN, revision)
    if not is_known(revision):
        return Standing(Stand.NEWER, revision)
    return Standing(Stand.CURRENT if revision == newest_revision() else Stand.OLDER, revision)


def _is_taken(connection: Connection, names: Set[str]) -> bool:
    """Say whether our tables cannot be made here. PostgreSQL may hold others beside ours."""
    others = names - {"alembic_version"}
    if connection.dialect.name == "sqlite":
        return bool(others)
    return bool(others & {table.name for table in TABLES})


def file_trouble(file: Path) -> str:
    """Return why SQLite could not work with *file*, or nothing: said before it leaves an empty one."""
    if not file.exists():
        missing = next((one for one in file.parents if one.exists()), file.parent)
        if missing == file.parent or os.access(missing, os.W_OK):
            return f"There is no database at {file} yet. Run `registration migrate` first."
        return f"{missing} may not be written. Give it to the user that runs this, or set REGISTRATION_DATA."
    if not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.R_OK | os.W_OK | os.X_OK):
        return f"{file} and its folder must be writable. Give both to the user that runs this."
    return "" if is_sqlite(file) else f"{file} is no SQLite database. Check REGISTRATION_DATABASE_URL."


def is_sqlite(file: Path) -> bool:
    """Say whether *file* begins as SQLite's files do, or is empty (https://www.sqlite.org/fileformat2.html)."""
    with file.open("rb") as opened:
        begin = opened.read(16)
    return begin in (b"", b"SQLite format 3\0")
