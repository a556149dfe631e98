"""Back up the SQLite database, and put a copy in its place."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from registration.cli.context import fail, sqlite_file, with_database
from registration.core.database import db, prepare
from registration.core.private_files import private_folder
from registration.core.server_lock import DatabaseUse, ServerLock
from registration.mail.holding import hold
from registration.schema.copies import copy_database, is_whole, put_in_place
from registration.schema.migrations import migrate
from registration.schema.standing import Stand, is_sqlite, standing


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@with_database
def backup(target: Path) -> None:
    """Back up the SQLite database while it is in use."""
    file = _sqlite_or_fail("pg_dump")
    if _is_same(file, target):
        raise fail(f"{target} is the database itself. Name another file.")
    copy_database(file, target)
    click.echo(f"written to {target}", err=True)


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resend", is_flag=True, help="Send mails that were still pending in the copy.")
@with_appcontext
def restore(source: Path, resend: bool) -> None:
    """Replace the database with a backup (stop the server first)."""
    file = _sqlite_or_fail("pg_restore")
    if _is_same(file, source):
        raise fail(f"{source} is the database itself. Name a copy.")
    private_folder(file.parent)
    # Nobody else has it until the copy is in its place, with the mails in it marked.
    with ServerLock(file), DatabaseUse(file, alone=True):
        scratch = file.with_name(f"{file.name}.restoring")
        try:
            count = _prepared(source, scratch, resend=resend)
            db.engine.dispose()
            kept = put_in_place(scratch, file)
        finally:
            scratch.unlink(missing_ok=True)
    if not resend:
        click.echo(f"{count} mails of the copy are held; `registration mail release` sends them.", err=True)
    if kept is not None:
        click.echo(f"The database as it was before is {kept}.", err=True)
    click.echo(f"restored from {source}", err=True)


def _prepared(source: Path, scratch: Path, *, resend: bool) -> int:
    """Make of *source* a database of this release in *scratch*; return how many mails are held in it."""
    if not is_sqlite(source) or source.stat().st_size == 0:
        raise fail(f"{source} is no SQLite database. Name a file that `registration backup` wrote.")
    copy_database(source, scratch)
    if not is_whole(scratch):
        raise fail(f"{source} is damaged. Name another copy; nothing was changed.")
    engine = create_engine(f"sqlite:///{scratch}")
    prepare(engine)
    try:
        with engine.connect() as connection:
            found = standing(connection)
        if found.stand is Stand.NEWER:
            raise fail(found.sentence)
        if found.stand in (Stand.EMPTY, Stand.FOREIGN):
            raise fail(f"{source} is a database of another program. Nothing was changed.")
        migrate(engine)
        if resend:
            return 0
        with Session(engine.execution_options(tx="write")) as session:
            count = hold(session)
            session.commit()
        return count
    finally:
        engine.dispose()


def _sqlite_or_fail(tool: str) -> Path:
    file = sqlite_file()
    if file is None:
        raise fail(f"This is for SQLite. Use PostgreSQL's own {tool}.")
    return file


def _is_same(file: Path, other: Path) -> bool:
    return file.exists() and other.exists() and file.samefile(other)
