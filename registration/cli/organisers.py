"""Add organisers and invite colleagues."""

import json

import click
from sqlalchemy.orm import Session

from registration.accounts.models import Account, Organiser
from registration.accounts.queries import account_by_email, organiser_by_slug, organisers, team
from registration.accounts.services import (
    NewOrganiser,
    add_member,
    create_account,
    create_organiser,
    remove_member,
)
from registration.cli.accounts import found_account
from registration.cli.context import fail, with_database
from registration.core.locking import locked_one
from registration.core.text import normal_email
from registration.core.transaction import write_tx

ROLES = ("owner", "manager", "viewer", "door")


@click.group()
def organiser() -> None:
    """Manage organisers and their teams."""


@organiser.command()
@click.argument("name")
@click.option("--email", required=True, help="The address that answers to mails go to.")
@click.option("--slug", default="", help="The name in addresses; made from NAME when left out.")
@click.option("--owner", default="", help="The address of the first colleague, who may do everything.")
@with_database
def create(name: str, email: str, slug: str, owner: str) -> None:
    """Create an organiser (--owner adds its first account)."""
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
    """Give someone a role; prints a new account's password."""
    _invite(organiser_slug, email, role)


@organiser.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_database
def list_organisers(as_json: bool) -> None:
    """List all organisers."""
    rows = [{"slug": one.slug, "name": one.name, "email": one.email} for one in organisers()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("{slug}  {email}  {name}".format(**row))


@organiser.command("team")
@click.argument("organiser_slug", metavar="ORGANISER")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_database
def show_team(organiser_slug: str, as_json: bool) -> None:
    """List who has which role at ORGANISER."""
    rows = [
        {"email": one.account.email, "name": one.account.name, "role": one.role}
        for one in team(_found(organiser_slug))
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("{email}  {role}".format(**row))


@organiser.command()
@click.argument("organiser_slug", metavar="ORGANISER")
@click.argument("email")
@with_database
def remove(organiser_slug: str, email: str) -> None:
    """Take the role of EMAIL at ORGANISER away."""
    organiser_id, account_id = _found(organiser_slug).id, found_account(email).id
    write_tx(lambda session: remove_member(session, account_id, organiser_id))
    click.echo(f"{normal_email(email)} has no role at {organiser_slug}")


def _found(slug: str) -> Organiser:
    found = organiser_by_slug(slug)
    if found is None:
        raise fail(f"There is no organiser {slug}. `registration organiser list` shows them.")
    return found


def _invite(slug: str, email: str, role: str) -> None:
    found = _found(slug)
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
