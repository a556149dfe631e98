"""Show the settings in force."""

import click
from flask import current_app
from flask.cli import with_appcontext

from registration.core.settings import defaults, masked


@click.command()
@with_appcontext
def config() -> None:
    """Show the settings in use, secrets masked."""
    shown = masked({name: current_app.config[name] for name in defaults()})
    for name, value in sorted(shown.items()):
        click.echo(f"{name}={value}")
