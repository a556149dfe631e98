"""Migrate, back up and restore the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import create_engine, update

from registration.cli.context import fail, found_revision, with_database
from registration.core.database import db
from registration.core.server_lock import ServerLock
from registration.core.transaction import write_tx
from registration.mail.models import PENDING, SENDING, SUPERSEDED, OutgoingMessage
from registration.schema.migrations import current_revision, is_known, newest_revision
from registration.schema.migrations import migrate as bring_up
from registration.schema.statistics import know_tables, knows_tables


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the schema up to this release; SQLite is copied before."""
    bring_schema_up()


def bring_schema_up() -> None:
    """Migrate where needed. Raises ClickException for a schema that this release does not know."""
    file = sqlite_file()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    revision = found_revision()
    if revision == newest_revision():
        _correct_statistics()
        return
    if revision is not None and not is_known(revision):
        raise fail(
            f"The database has schema {revision}, which this release does not know. Install the newer one."
        )
    copy = None
    if file is not None and revision is not None:
        copy = file.with_name(f"{file.name}.before-{newest_revision()}")
        _copy(file, copy)
    try:
        bring_up(db.engine)
    except Exception as error:
        kept = f" The copy made before is {copy}." if copy else ""
        raise fail(f"The migration failed ({type(error).__name__}); nothing was changed.{kept}") from error
    click.echo(f"The database has schema {newest_revision()}.", err=True)


def _correct_statistics() -> None:
    """Write what SQLite's planner counts with where somebody measured instead, and lock only then."""
    with db.engine.connect() as connection:
        if knows_tables(connection):
            return
    with db.engine.execution_options(tx="write").begin() as connection:
        know_tables(connection)


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@with_database
def backup(target: Path) -> None:
    """Copy the SQLite database to FILE, while it is used."""
    _copy(_sqlite_or_fail("pg_dump"), target)
    click.echo(f"written to {target}", err=True)


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resend", is_flag=True, help="Send mails that were still pending in the copy.")
@with_appcontext
def restore(source: Path, resend: bool) -> None:
    """Put the copy in FILE in the place of the database; the server must be stopped."""
    file = _sqlite_or_fail("pg_restore")
    with ServerLock(file):
        engine = create_engine(f"sqlite:///{source}")
        with engine.connect() as connection:
            revision = current_revision(connection)
        engine.dispose()
        if revision is None or not is_known(revision):
            raise fail(f"{source} is no copy that this release knows.")
        db.engine.dispose()
        file.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, file)
    bring_schema_up()
    if not resend:
        count = write_tx(
            lambda session: (
                session.connection()
                .execute(
                    update(OutgoingMessage)
                    .where(OutgoingMessage.state.in_([PENDING, SENDING]))
                    .values(state=SUPERSEDED, last_error="restored from a backup", sent_at=None)
                )
                .rowcount
            )
        )
        click.echo(f"{count} mails of the copy are not sent again; --resend would send them.", err=True)
    click.echo(f"restored from {source}", err=True)


def sqlite_file() -> Path | None:
    """Return the file of a SQLite database, or None."""
    url = db.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _sqlite_or_fail(tool: str) -> Path:
    file = sqlite_file()
    if file is None:
        raise fail(f"This is for SQLite. Use PostgreSQL's own {tool}.")
    return file


def _copy(source: Path, target: Path) -> None:
    """Copy by SQLite's backup API, which is right while others write."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
