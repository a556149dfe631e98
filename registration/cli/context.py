"""What commands share: the application, and a database that has the schema of this release."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from registration.core.database import db
from registration.core.settings import ConfigurationError
from registration.schema.migrations import current_revision, is_known, newest_revision

F = TypeVar("F", bound=Callable[..., Any])


def with_database(command: F) -> F:
    """Run *command* in the application's context, after the schema was found to be ours."""

    @with_appcontext
    def checked(*args: Any, **kwargs: Any) -> Any:
        check_schema()
        return current_app.ensure_sync(command)(*args, **kwargs)

    return update_wrapper(checked, command)  # type: ignore[return-value]


def found_revision() -> str | None:
    """Return the schema that the database has. Raises ConfigurationError when it does not answer."""
    try:
        with db.engine.connect() as connection:
            return current_revision(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise ConfigurationError(
            f"The database does not answer ({reason}). Check REGISTRATION_DATABASE_URL."
        ) from None


def check_schema() -> None:
    """Raise ConfigurationError unless the database has the schema of this release."""
    revision = found_revision()
    if revision == newest_revision():
        return
    if revision is not None and not is_known(revision):
        raise ConfigurationError(
            f"The database has schema {revision}, which this release does not know. Install the newer one."
        )
    raise ConfigurationError("The database has no schema of this release. Run `registration migrate` first.")


def fail(sentence: str) -> click.ClickException:
    """Return the error that ends a command with *sentence* as wrong use."""
    return click.ClickException(sentence)
