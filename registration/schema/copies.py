"""Copies of a SQLite database: made while it is used, complete in one file, and put in its place whole."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from registration.core.private_files import private_file

# What SQLite keeps beside a database that is open, or was when the machine died.
_BESIDE = ("-wal", "-shm", "-journal")


def copy_database(source: Path, target: Path) -> None:
    """Copy *source* to *target*, which is written whole or not at all. Raises sqlite3.Error, OSError.

    By SQLite's backup API, which is right while others write. The copy needs no file beside it.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    private_file(part)
    try:
        # Only read: a copy may lie where nothing can be written, as on a mounted backup.
        with closing(_opened(source)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
        for ending in _BESIDE:
            part.with_name(part.name + ending).unlink(missing_ok=True)


def is_whole(file: Path) -> bool:
    """Say whether SQLite finds nothing damaged in *file*."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def put_in_place(new: Path, file: Path) -> Path | None:
    """Let *new* take the place of *file*, which nobody has open; return where the old one is kept."""
    kept = None
    if file.exists():
        kept = file.with_name(f"{file.name}.before-restore")
        with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(file, _emptied(kept))
    for ending in _BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
    os.replace(new, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return kept


def _emptied(file: Path) -> Path:
    file.unlink(missing_ok=True)
    private_file(file)
    return file


def _opened(source: Path) -> sqlite3.Connection:
    uri = source.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
    except sqlite3.OperationalError:
        connection.close()
        # Its folder takes no -shm; without a -wal there is nothing to share, and nobody writes.
        if source.with_name(f"{source.name}-wal").exists():
            raise
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True)
    return connection
