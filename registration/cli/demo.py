"""Build the demo, and say how to sign in to it."""

import json

import click
from flask import current_app
from sqlalchemy import select

from registration.accounts.models import Organiser
from registration.cli.context import fail, with_database
from registration.core.database import db
from registration.core.settings import is_production
from registration.demo.build import Demo, build


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON; makes new passwords when the demo is there.")
@with_database
def demo(as_json: bool) -> None:
    """Create two demo organisers and print their sign-ins."""
    if is_production(current_app.config):
        raise fail("The demo is for development. Set REGISTRATION_ENV=development, with another database.")
    if not is_empty() and not as_json:
        click.echo("The demo, or other data, is there. `registration demo --json` makes new demo passwords.")
        return
    print_demo(as_json=as_json)


def is_empty() -> bool:
    """Say whether nobody has used this database yet."""
    return db.session.scalar(select(Organiser.id).limit(1)) is None


def print_demo(*, as_json: bool) -> None:
    """Build the demo, or find it, and print what a person needs to look around."""
    made = build()
    if as_json:
        click.echo(json.dumps(_told(made), ensure_ascii=False, indent=1))
        return
    click.echo("Demo sign-ins (passwords made just now, kept nowhere else):")
    for one in made.sign_ins:
        click.echo(f"  {one.email}  {one.password}  ({one.role} of {one.organiser})")


def _told(made: Demo) -> dict[str, object]:
    base = current_app.config["BASE_URL"]
    return {
        "organisers": [{"slug": slug, "name": name} for slug, name in made.organisers],
        "events": [
            {"slug": slug, "title": title, "url": f"{base}/events/{slug}/"} for slug, title in made.events
        ],
        "programmes": [{"slug": slug, "url": f"{base}/programmes/{slug}/"} for slug in made.programmes],
        "sign_ins": [vars(one) for one in made.sign_ins],
        "bookings": [
            {"event": event, "state": state, "url": f"{base}/bookings/{token}/"}
            for event, state, token in made.bookings
        ],
    }
