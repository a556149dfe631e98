"""Bring the schema up to this release."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from registration.cli.context import fail, found_standing, sqlite_file
from registration.cli.errors import sentence_for
from registration.core.database import db
from registration.core.private_files import private_file, private_folder
from registration.schema.copies import copy_database
from registration.schema.migrations import migrate as bring_up
from registration.schema.migrations import newest_revision
from registration.schema.standing import Stand
from registration.schema.statistics import know_tables, knows_tables


@click.command()
@with_appcontext
def migrate() -> None:
    """Update the database schema (SQLite is copied first)."""
    bring_schema_up()


def bring_schema_up() -> None:
    """Migrate where needed. Raises ClickException for a schema that this release does not know."""
    file = sqlite_file()
    if file is not None and not file.exists():
        private_folder(file.parent)
        private_file(file)
    found = found_standing()
    if found.stand in (Stand.FOREIGN, Stand.NEWER):
        raise fail(found.sentence)
    if file is not None:
        private_file(file)
    if found.stand is Stand.CURRENT:
        _correct_statistics()
        return
    copy = None
    if file is not None and found.stand is Stand.OLDER:
        copy = file.with_name(f"{file.name}.before-{newest_revision()}")
        copy_database(file, copy)
    _bring_up(copy)
    click.echo(f"The database has schema {newest_revision()}.", err=True)


def _bring_up(copy: Path | None) -> None:
    try:
        bring_up(db.engine)
    except Exception as error:
        kept = f" The copy made before is {copy}." if copy else ""
        why = sentence_for(error) or f"It is a fault of the program ({type(error).__name__})."
        raise fail(f"The migration failed, and nothing was changed. {why}{kept}") from error


def _correct_statistics() -> None:
    """Write what SQLite's planner counts with where somebody measured instead, and lock only then."""
    with db.engine.connect() as connection:
        if knows_tables(connection):
            return
    with db.engine.execution_options(tx="write").begin() as connection:
        know_tables(connection)
