"""List events, and export who comes."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path

import click
from sqlalchemy import select

from registration.cli.context import fail, with_database
from registration.core.database import db
from registration.core.private_files import opened_private
from registration.events.models import Event
from registration.events.queries import words
from registration.organiser.attendees.exports import FORMATS
from registration.organiser.attendees.exports import export as write_list
from registration.organiser.attendees.queries import filters_from
from registration.seats.queries import availability


@click.group()
def event() -> None:
    """List events and export attendees."""


@event.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_database
def list_events(as_json: bool) -> None:
    """List events with their seats."""
    events = db.session.scalars(select(Event).order_by(Event.starts_at)).all()
    seats = availability(db.session(), [one.id for one in events])
    rows = [
        {
            "slug": one.slug,
            "title": words(one, one.locale).title,
            "status": one.status,
            "starts_at": one.starts_at.isoformat(),
            "capacity": seats[one.id].event.capacity,
            "taken": seats[one.id].event.taken,
            "waiting": seats[one.id].waiting,
        }
        for one in events
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("{slug}  {starts_at}  {taken}/{capacity}, {waiting} waiting  {title}".format(**row))


@event.command("export")
@click.argument("event_slug", metavar="EVENT")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--state", default="active", show_default=True, help="active, all, or one state.")
@click.option("--sensitive", is_flag=True, help="With answers about health, food and access.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_database
def export_event(event_slug: str, fmt: str, state: str, sensitive: bool, output: Path | None) -> None:
    """Export the attendees of EVENT."""
    found = db.session.scalar(select(Event).where(Event.slug == event_slug))
    if found is None:
        raise fail(f"There is no event {event_slug}. `registration event list` shows them.")
    filters = filters_from({"state": state})
    with opened_private(output) if output else nullcontext(sys.stdout.buffer) as out:
        count = write_list(db.session(), found, fmt, out, filters, with_sensitive=sensitive)
    if output:
        click.echo(f"{count} attendees written to {output}", err=True)


# `registration export EVENT` and `registration event export EVENT` are the same command.
export = export_event
