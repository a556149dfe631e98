"""Add organisers and invite colleagues."""

import click
from sqlalchemy.orm import Session

from registration.accounts.models import Account, Organiser
from registration.accounts.queries import account_by_email, organiser_by_slug
from registration.accounts.services import NewOrganiser, add_member, create_account, create_organiser
from registration.cli.context import fail, with_database
from registration.core.locking import locked_one
from registration.core.text import normal_email
from registration.core.transaction import write_tx

ROLES = ("owner", "manager", "viewer", "door")


@click.group()
def organiser() -> None:
    """Organisers and their teams."""


@organiser.command()
@click.argument("name")
@click.option("--email", required=True, help="The address that answers to mails go to.")
@click.option("--slug", default="", help="The name in addresses; made from NAME when left out.")
@click.option("--owner", default="", help="The address of the first colleague, who may do everything.")
@with_database
def create(name: str, email: str, slug: str, owner: str) -> None:
    """Add an organiser; with --owner also its first account."""
    new = NewOrganiser(name=name, email=email, slug=slug)
    made = write_tx(lambda session: create_organiser(session, new).slug)
    click.echo(f"organiser {made}")
    if owner:
        _invite(made, owner, "owner")


@organiser.command()
@click.argument("organiser_slug", metavar="ORGANISER")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="manager", show_default=True)
@with_database
def invite(organiser_slug: str, email: str, role: str) -> None:
    """Give somebody a role; a new account's password is printed once."""
    _invite(organiser_slug, email, role)


def _invite(slug: str, email: str, role: str) -> None:
    found = organiser_by_slug(slug)
    if found is None:
        raise fail(f"There is no organiser {slug}. `registration organiser create` adds one.")
    try:
        address = normal_email(email)
    except ValueError:
        raise fail(f"{email} is no e-mail address.") from None
    known = account_by_email(address)
    known_id = None if known is None else known.id
    organiser_id = found.id

    def work(session: Session) -> str | None:
        organiser_row = locked_one(session, Organiser, organiser_id)
        if known_id is not None:
            account = locked_one(session, Account, known_id)
            password = None
        else:
            account, password = create_account(session, address, "")
        add_member(session, account, organiser_row, role)
        return password

    password = write_tx(work)
    click.echo(f"account {address}" + (f" password {password}" if password else " (it had one already)"))
