"""Prove the engine: load on a running database, and simulation from a seed."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack

import click
from flask import current_app
from sqlalchemy import select, update

from registration.accounts.models import Organiser
from registration.cli.context import fail, sqlite_file, with_database
from registration.core.among import among
from registration.core.database import db
from registration.core.server_lock import ServerLock
from registration.core.text import slugged
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.mail.models import PENDING, SENDING, SUPERSEDED, OutgoingMessage
from registration.proof.ledger import answers_by_operation
from registration.proof.simulate import simulate as walked
from registration.proof.stage import Stage, raise_stage
from registration.proof.stress import Load, Report
from registration.proof.stress import stress as stressed

# More findings than these are counted, not told one by one.
TOLD = 20


@click.command()
@click.option(
    "--events", "name", default="", help="Work beside real events: the name of an organiser to make."
)
@click.option("--clients", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--each", default=100, show_default=True, type=click.IntRange(1, 100_000), help="Operations.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600), help="At most.")
@click.option("--seats", default=25, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True)
@with_database
def stress(name: str, clients: int, each: int, seconds: float, seats: int, seed: int) -> None:
    """Load-test the database while checking it.

    It makes an organiser and events of its own and leaves them there; exit 1 when anything is found.
    """
    with ExitStack() as held:
        file = sqlite_file()
        if file is not None:
            # Threads of this process are the only ones on a SQLite file, as in production.
            held.enter_context(ServerLock(file))
        stage = _own_stage(name, seats)
        report = stressed(current_app.config, stage, Load(clients, each, seconds, seed))
        _keep_mail(stage)
    _print_report(report)
    findings = [*report.findings, *report.errors]
    _print_findings(findings)
    if findings:
        sys.exit(1)


@click.command()
@click.option(
    "--seed", required=True, type=int, help="Where chance begins; the same one tells the same story."
)
@click.option("--steps", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seats", default=5, show_default=True, type=click.IntRange(1, 1000))
@click.option("--trace", is_flag=True, help="Print every step.")
def simulate(seed: int, steps: int, seats: int, trace: bool) -> None:
    """Simulate random use with crashes, from a seed.

    The seed says what the walk is about: seats and offers, who is asked first, or choices and moves.
    Clock, tokens and mailer are the simulation's. After every step the tables are compared with a
    model and the doctor looks; exit 1 when anything is found.
    """
    story = walked(seed, steps, seats)
    for line in story.trace if trace else story.trace[-10:] if story.findings else ():
        click.echo(line)
    click.echo("| operation | answer | times |")
    click.echo("|---|---|---|")
    for (operation, answer), count in sorted(story.answers.items()):
        click.echo(f"| {operation} | {answer} | {count} |")
    click.echo(f"steps {story.steps}, crashes {sum(story.crashed.values())}, story {story.digest()[:16]}")
    _print_findings(story.findings)
    if story.findings:
        click.echo(f"again: registration simulate --seed {seed} --steps {steps} --seats {seats}")
        sys.exit(1)


def _own_stage(name: str, seats: int) -> Stage:
    """Make the events to work on. Raises ClickException where real events are and nobody said so."""
    has_events = db.session.scalar(select(Event.id).limit(1)) is not None
    db.session.rollback()
    if has_events and not name:
        raise fail(
            "This database has events. To work beside them, name an organiser to make: --events stress."
        )
    slug = slugged(name or "stress")
    known = db.session.scalar(select(Organiser.id).where(Organiser.slug == slug))
    db.session.rollback()
    if known is not None:
        raise fail(f"There is an organiser {slug} already. Name another one: --events {slug}-2.")
    stage = raise_stage(slug, seats, "all")
    told = ", ".join(hall.slug for hall in stage.halls)
    click.echo(
        f"Made the organiser {slug} with the events {told}; they stay. Nothing else is touched.", err=True
    )
    return stage


def _keep_mail(stage: Stage) -> None:
    """Send no mail to people who do not exist."""
    halls = [hall.id for hall in stage.halls]
    write_tx(
        lambda session: session.execute(
            update(OutgoingMessage)
            .where(among(OutgoingMessage.event_id, halls), OutgoingMessage.state.in_([PENDING, SENDING]))
            .values(state=SUPERSEDED, last_error="decided by a stress test")
        )
    )


def _print_report(report: Report) -> None:
    click.echo("| operation | answers |")
    click.echo("|---|---|")
    for operation, answers in sorted(answers_by_operation(report.ledger).items()):
        told = ", ".join(f"{answer} {count}" for answer, count in sorted(answers.items()))
        click.echo(f"| {operation} | {told} |")
    account = report.account
    per_second = len(report.ledger) / report.seconds if report.seconds else 0
    click.echo(
        f"{account.acknowledged} answers in {report.seconds:.1f} s ({per_second:.0f}/s), "
        f"{account.unanswered} without an answer, longest gap {account.longest_gap:.2f} s; "
        f"the doctor looked {report.looks} times; {len(account.lost)} lost."
    )


def _print_findings(findings: Sequence[str]) -> None:
    for finding in findings[:TOLD]:
        click.echo(f"FOUND {finding}")
    if len(findings) > TOLD:
        click.echo(f"… and {len(findings) - TOLD} more.")
    if not findings:
        click.echo("nothing found")
