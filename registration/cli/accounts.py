"""The people who sign in: list them, give a password, close and open an account."""

import json
from typing import Any

import click
from sqlalchemy.orm import Session

from registration.accounts import services
from registration.accounts.models import Account
from registration.accounts.queries import account_by_email, accounts_with_roles
from registration.cli.context import fail, with_database
from registration.core.text import normal_email
from registration.core.transaction import write_tx


@click.group()
def account() -> None:
    """List the people who sign in, and change their access."""


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_database
def list_accounts(as_json: bool) -> None:
    """List all accounts with their roles."""
    rows: list[dict[str, Any]] = [
        {
            "email": one.email,
            "name": one.name,
            "active": one.active,
            "roles": {member.organiser.slug: member.role for member in one.memberships},
        }
        for one in accounts_with_roles()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        roles = ", ".join(f"{role} of {slug}" for slug, role in sorted(row["roles"].items()))
        closed = "" if row["active"] else "  (closed)"
        click.echo(f"{row['email']}  {roles or 'no role'}{closed}")


@account.command()
@click.argument("email")
@with_database
def password(email: str) -> None:
    """Give EMAIL a new password, printed once; its sessions end."""
    account_id = found_account(email).id

    def work(session: Session) -> str:
        return services.new_password(session, session.get_one(Account, account_id))

    click.echo(f"account {normal_email(email)} password {write_tx(work)}")


@account.command()
@click.argument("email")
@with_database
def close(email: str) -> None:
    """Let EMAIL sign in no more; its sessions end."""
    account_id = found_account(email).id
    write_tx(lambda session: services.close_account(session, account_id))
    click.echo(f"account {normal_email(email)} closed")


@account.command("open")
@click.argument("email")
@with_database
def open_again(email: str) -> None:
    """Let EMAIL sign in again."""
    account_id = found_account(email).id
    write_tx(lambda session: services.open_account(session, account_id))
    click.echo(f"account {normal_email(email)} open")


def found_account(email: str) -> Account:
    """Return the account with this address. Raises ClickException."""
    try:
        found = account_by_email(normal_email(email))
    except ValueError:
        raise fail(f"{email} is no e-mail address.") from None
    if found is None:
        raise fail(f"There is no account {email}. `registration account list` shows them.")
    return found
