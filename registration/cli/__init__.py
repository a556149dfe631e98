"""The command line: `registration COMMAND`, or `flask --app registration COMMAND`."""

import sys
from typing import NoReturn

import click
from flask.cli import FlaskGroup

from registration.app import create_app
from registration.cli.database import backup, migrate, restore
from registration.cli.demo import demo
from registration.cli.doctor import doctor, why
from registration.cli.events import event, export
from registration.cli.incoming import bounce, reply
from registration.cli.ledger import ledger
from registration.cli.organisers import organiser
from registration.cli.proof import simulate, stress
from registration.cli.serve import serve, start, worker
from registration.cli.settings import config
from registration.core.refusal import Refusal
from registration.core.settings import ConfigurationError

COMMANDS = (
    serve,
    worker,
    start,
    migrate,
    backup,
    restore,
    demo,
    organiser,
    event,
    export,
    doctor,
    why,
    ledger,
    bounce,
    reply,
    stress,
    simulate,
    config,
)


class Commands(FlaskGroup):
    """Our commands alone; naming them needs no application, which half a configuration could not make."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names for the help page."""
        return sorted(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of them."""
        return self.commands.get(cmd_name)


cli = Commands(
    add_default_commands=False,
    create_app=create_app,
    add_version_option=False,
    load_dotenv=False,
    name="registration",
    help="Registration for events with limited seats.",
)
for _command in COMMANDS:
    cli.add_command(_command)


def main() -> NoReturn:
    """Run a command: 0 done, 1 the answer is no, 2 wrong use; an error is one line that says what to do."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(1)
    except click.ClickException as error:
        click.echo(f"registration: {error.format_message()}", err=True)
        sys.exit(2)
    except (ConfigurationError, Refusal) as error:
        click.echo(f"registration: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    sys.exit(code if isinstance(code, int) else 0)
