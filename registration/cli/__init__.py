"""The command line: `registration COMMAND`, or `flask --app registration COMMAND`."""

import os
import sys
from typing import NoReturn

import click

from registration.app import create_app
from registration.cli.accounts import account
from registration.cli.copying import backup, restore
from registration.cli.database import migrate
from registration.cli.demo import demo
from registration.cli.doctor import doctor, why
from registration.cli.errors import sentence_for
from registration.cli.events import event, export
from registration.cli.group import command_word, explain, is_traced, program
from registration.cli.incoming import TRY_AGAIN, bounce, reply
from registration.cli.ledger import ledger
from registration.cli.mail import mail
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
    account,
    mail,
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

# What a mail server pipes mail into.
KEEPS_MAIL = ("bounce", "reply")

cli = program(create_app, *COMMANDS)


def main() -> NoReturn:
    """Run a command: 0 done, 1 the answer is no, 2 wrong use; an error is one line that says what to do."""
    # What we write is about people: databases, copies, lists and mails are this user's alone.
    os.umask(0o077)
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(1)
    except Exception as error:
        if is_traced(sys.argv[1:]):
            raise
        click.echo(f"registration: {_told(error)}", err=True)
        sys.exit(_code(error))
    sys.exit(code if isinstance(code, int) else 0)


def _code(error: Exception) -> int:
    # A mail that is piped in must not be lost because somebody mistyped a line.
    if command_word(sys.argv[1:]) in KEEPS_MAIL:
        return TRY_AGAIN
    return 1 if isinstance(error, Refusal) else 2


def _told(error: Exception) -> str:
    """Return the one line that an *error* comes to."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        assert error.ctx is not None
        return f"Name a command. `{error.ctx.command_path} --help` lists them."
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, ConfigurationError | Refusal):
        return str(error)
    return sentence_for(error) or explain(error)
