"""What a command says when something around it is broken: one line that names what to mend."""

import errno
import sqlite3
from pathlib import Path

from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

_LONGEST = 300


def sentence_for(error: Exception) -> str | None:
    """Return the sentence about a file, a disk or a database that is in the way, or None: it is our fault."""
    if isinstance(error, ArgumentError | NoSuchModuleError | ModuleNotFoundError):
        return (
            "REGISTRATION_DATABASE_URL is not sqlite:////folder/file or postgresql://user:password@host/name."
        )
    # A broken rule is our fault, and what the database says of it names people.
    if isinstance(error, DBAPIError | PoolTimeout | sqlite3.Error):
        return None if isinstance(error, IntegrityError | DataError) else database_trouble(error)
    return file_trouble(error) if isinstance(error, OSError) else None


def file_trouble(error: OSError) -> str:
    """Return what is wrong with a file or a folder."""
    if isinstance(error, BrokenPipeError):
        return "Nobody reads the output any more."
    name = error.filename2 or error.filename
    place = str(Path(name)) if isinstance(name, str) and name else "A file"
    reason = error.strerror or type(error).__name__
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{place} may not be written or read ({reason}). Give it to the user that runs this."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({place}). Make room, and try again."
    return f"{place}: {reason}."


def database_trouble(error: Exception) -> str:
    """Return why the database did not do what it was asked."""
    cause = getattr(error, "orig", None) or error
    reason = (str(cause).strip().splitlines() or [type(cause).__name__])[0][:_LONGEST]
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
        return (
            f"The database cannot be written or opened ({reason})."
            " Give the file and its folder to the user that runs this."
        )
    if getattr(cause, "sqlstate", None) == "55P03":
        return "A table is in use for too long. Try again when less is going on, or stop the servers first."
    if name.startswith("SQLITE_FULL"):
        return "The disk is full, so the database took nothing. Make room, and try again."
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"The database file is none or is damaged ({reason}). Put a copy back: `registration restore`."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program has the database for itself just now. Try again."
    return f"The database does not answer as it should ({reason}). Check REGISTRATION_DATABASE_URL."
