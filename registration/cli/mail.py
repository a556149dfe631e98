"""Try the way that mail takes, and hold or release what is pending."""

import click
from flask import current_app
from flask.cli import with_appcontext

from registration.cli.context import with_database
from registration.core.settings import masked
from registration.core.transaction import write_tx
from registration.mail import holding
from registration.mail.trial import send_trial


@click.group()
def mail() -> None:
    """Test the mail, and hold or release what is pending."""


@mail.command()
@click.argument("address")
@with_appcontext
def test(address: str) -> None:
    """Send a mail to ADDRESS now, and say what the relay says."""
    send_trial(address)
    way = masked({"MAIL_URL": current_app.config["MAIL_URL"]})["MAIL_URL"]
    click.echo(f"taken by {way}, from {current_app.config['MAIL_FROM']}")


@mail.command()
@with_database
def hold() -> None:
    """Hold all pending mails, as after a dump was put back."""
    click.echo(f"{write_tx(holding.hold)} mails held; `registration mail release` sends them.")


@mail.command()
@with_database
def release() -> None:
    """Send the mails that are held, where they still apply."""
    click.echo(f"{write_tx(holding.release)} mails released.")
