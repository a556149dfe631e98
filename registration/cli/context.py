"""What commands share: the application, and a database that has the schema of this release."""

from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from registration.cli.errors import database_trouble
from registration.core.database import db
from registration.core.server_lock import DatabaseUse
from registration.core.settings import ConfigurationError
from registration.schema.standing import Stand, Standing, file_trouble, standing

F = TypeVar("F", bound=Callable[..., Any])


def with_database(command: F) -> F:
    """Run *command* in the application's context, after the schema was found to be ours."""

    @with_appcontext
    def checked(*args: Any, **kwargs: Any) -> Any:
        check_schema()
        return current_app.ensure_sync(command)(*args, **kwargs)

    return update_wrapper(checked, command)  # type: ignore[return-value]


def found_standing() -> Standing:
    """Return how the database stands. Raises ConfigurationError when it cannot be read.

    A SQLite file is held in use from here until the command ends, so that no copy is put in its place.
    """
    file = sqlite_file()
    if file is not None:
        if trouble := file_trouble(file):
            raise ConfigurationError(trouble)
        _use(file)
    try:
        with db.engine.connect() as connection:
            return standing(connection)
    except DBAPIError as error:
        raise ConfigurationError(database_trouble(error)) from None


def check_schema() -> None:
    """Raise ConfigurationError unless the database has the schema of this release."""
    found = found_standing()
    if found.stand is not Stand.CURRENT:
        raise ConfigurationError(found.sentence)


def _use(file: Path) -> None:
    context = click.get_current_context(silent=True)
    if context is not None:
        context.with_resource(DatabaseUse(file))


def sqlite_file() -> Path | None:
    """Return the file of a SQLite database, or None."""
    url = db.engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def fail(sentence: str) -> click.ClickException:
    """Return the error that ends a command with *sentence* as wrong use."""
    return click.ClickException(sentence)
