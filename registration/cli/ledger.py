"""Read an event's ledger, and check it."""

import sys

import click
from sqlalchemy import select

from registration.cli.context import fail, with_database
from registration.core.database import db
from registration.events.models import Event
from registration.seats import ledger as ledgers
from registration.seats.ledger_audit import Verdict, read
from registration.seats.queries import line_policy

# More are counted, not told one by one.
TOLD = 20


@click.command()
@click.argument("event_slug", metavar="EVENT")
@click.option("--verify", is_flag=True, help="Check the chain, and that nobody was let past.")
@with_database
def ledger(event_slug: str, verify: bool) -> None:
    """Print an event's waitlist record (--verify checks it)."""
    session = db.session()
    event_id = session.scalar(select(Event.id).where(Event.slug == event_slug))
    if event_id is None:
        raise fail(f"There is no event {event_slug}. `registration event list` shows them.")
    if not verify:
        for entry in ledgers.entries(session, event_id):
            line = entry.line
            needs = ",".join(f"{pool}:{need}" for pool, need in line.needs.items())
            click.echo(
                f"{entry.number}\t{entry.at.isoformat()}\t{line.kind}\t{line.place}.{line.part}\t{line.size}\t"
                f"{line.before or '-'}\t{line.after}\t{needs}\t{entry.hash[:16]}\t{line.reason}"
            )
        return
    first = ledgers.first_policy(session, event_id, line_policy(session, event_id).policy)
    verdict = read(ledgers.entries(session, event_id), first)
    _tell(verdict)
    if not verdict.holds:
        sys.exit(1)


def _tell(verdict: Verdict) -> None:
    click.echo(f"{verdict.lines} lines; the last hash is {verdict.last_hash or '-'}")
    for number in verdict.breaks[:TOLD]:
        click.echo(f"FAIL line {number} does not follow from the one before it")
    for one in verdict.passed[:TOLD]:
        kind = "ok  " if one.reason else "FAIL"
        click.echo(
            f"{kind} place {one.later} was seated while place {one.place} waited: {one.reason or 'no reason'}"
        )
    if verdict.holds:
        click.echo("ok   the chain is whole, and nobody was let past without a reason")
