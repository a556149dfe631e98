"""Prove that everything holds, and say why it stands as it does."""

import json
import sys

import click
from sqlalchemy import select

from registration.cli.context import fail, with_database
from registration.core.database import db
from registration.doctor.examine import Finding, examine
from registration.doctor.repair import repair
from registration.events.models import Event
from registration.seating.explain import Reason, why_event, why_registration
from registration.seats.models import Registration


@click.command()
@click.argument("event_slug", metavar="[EVENT]", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--repair", "mends", is_flag=True, help="Recount, promote who is due, queue lost mails; then check."
)
@with_database
def doctor(event_slug: str | None, as_json: bool, mends: bool) -> None:
    """Check the live data; exit 1 if a check fails."""
    if mends:
        for one in repair(event_slug):
            click.echo(f"mended {one}", err=True)
    findings = examine(db.engine, event_slug)
    if as_json:
        click.echo(json.dumps(_told(findings), ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.holds else 'FAIL'} {finding.code:5} {finding.title}")
            for sentence in finding.sentences:
                click.echo(f"           {sentence}")
            if finding.count > len(finding.sentences):
                click.echo(f"           … and {finding.count - len(finding.sentences)} more.")
    if not all(finding.holds for finding in findings):
        sys.exit(1)


@click.command()
@click.argument("subject", metavar="EVENT|REGISTRATION")
@with_database
def why(subject: str) -> None:
    """Explain why an event is full or somebody has no seat."""
    for reason in _reasons(subject):
        click.echo(f"{'*' if reason.is_obstacle else ' '} {reason.sentence}")


def _reasons(subject: str) -> list[Reason]:
    event = db.session.scalar(select(Event).where(Event.slug == subject))
    if event is not None:
        return why_event(db.session(), event)
    is_number = subject.isascii() and subject.isdigit() and len(subject) < 10
    registration = db.session.get(Registration, int(subject)) if is_number else None
    if registration is None:
        raise fail(
            f"There is no event and no registration {subject}. `registration event list` shows events."
        )
    return why_registration(db.session(), registration)


def _told(findings: list[Finding]) -> dict[str, object]:
    return {
        "ok": all(finding.holds for finding in findings),
        "invariants": [
            {
                "code": finding.code,
                "title": finding.title,
                "ok": finding.holds,
                "count": finding.count,
                "findings": list(finding.sentences),
            }
            for finding in findings
        ],
    }
