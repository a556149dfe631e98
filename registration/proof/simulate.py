"""One process, its clock, tokens and mailer injected, crashes included: a seed tells the same story again."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

from flask import Flask
from sqlalchemy import select

from registration.app import create_app
from registration.core import clock, tokens
from registration.core.among import among
from registration.core.database import db
from registration.mail import worker as mail
from registration.mail.models import OutgoingMessage
from registration.proof.client import Client, Seeded
from registration.proof.model import Model
from registration.proof.operations import Hands
from registration.proof.plans import WALKED
from registration.proof.stage import Stage, raise_stage
from registration.proof.walk import Story, Walk
from registration.schema.migrations import migrate

BEGIN = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        return self.at

    def move(self, until: datetime) -> None:
        self.at = max(self.at, until)


@dataclass
class Mailbox:
    """A relay that takes everything, and remembers it by its Message-ID."""

    received: Counter[str] = field(default_factory=Counter)

    def connection(self) -> AbstractContextManager[None]:
        """Need no connection."""
        return nullcontext()

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Take *raw*."""
        self.received[str(message_from_bytes(raw)["Message-ID"])] += 1


def simulate(seed: int, steps: int, seats: int = 5) -> Story:
    """Walk *steps* from *seed* on a SQLite database of its own, and return what was found."""
    with _own_database() as app, app.app_context():
        story = walk_from(seed, steps, seats, "simulation", kind_of(seed))
        db.session.remove()
        db.engine.dispose()
    return story


def kind_of(seed: int) -> str:
    """Return which kind of stage a seed is about."""
    return WALKED[seed % len(WALKED)]


def walk_from(seed: int | str, steps: int, seats: int, name: str, kind: str = "seats") -> Story:
    """Walk *steps* from *seed* on the application's database, on a stage of its own called *name*."""
    with injected(f"{name} {seed}") as (time, mailbox):
        stage = raise_stage(name, seats, kind)
        walk = begun(stage, time, mailbox)
        walk.go(Seeded(seed), steps)
        if not walk.story.findings:
            finish(walk, time, mailbox)
    return walk.story


@contextmanager
def injected(seed: int | str) -> Iterator[tuple[Clock, Mailbox]]:
    """Run with a clock that stands still, and with tokens that come of *seed*."""
    time = Clock()
    with clock.running(time.now), tokens.drawn_from(Seeded(f"tokens of {seed}").bytes):
        yield time, Mailbox()


def begun(stage: Stage, time: Clock, mailbox: Mailbox) -> Walk:
    """Return a walk that begins on *stage*."""
    hands = Hands(stage, time.move, lambda: mail.send_due(mailbox))
    return Walk(hands, Client("c", stage), Model(stage))


def finish(walk: Walk, time: Clock, mailbox: Mailbox) -> None:
    """Let the leases of crashed workers end and the next one send; note what is wrong with the mails."""
    time.move(time.at + timedelta(minutes=30))
    mail.send_due(mailbox)
    crashes = sum(walk.story.crashed.values())
    walk.story.findings += _mail_findings(walk.hands.stage, mailbox, crashes)


def _mail_findings(stage: Stage, mailbox: Mailbox, crashes: int) -> list[str]:
    """Return which mails are missing, and whether more came twice than there were crashes."""
    halls = [hall.id for hall in stage.halls]
    db.session.rollback()
    rows = db.session.execute(
        select(OutgoingMessage.message_id, OutgoingMessage.kind, OutgoingMessage.state).where(
            among(OutgoingMessage.event_id, halls)
        )
    ).all()
    findings = [
        f"a mail ({row.kind}) is still {row.state}" for row in rows if row.state not in ("sent", "superseded")
    ]
    findings += [
        f"a mail ({row.kind}) was marked sent and never arrived"
        for row in rows
        if row.state == "sent" and not mailbox.received[row.message_id]
    ]
    twice = sum(count - 1 for count in mailbox.received.values())
    if twice > crashes:
        findings.append(f"{twice} mails arrived twice, with {crashes} crashes")
    return findings


@contextmanager
def _own_database() -> Iterator[Flask]:
    """Yield the application on an empty database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="registration-simulate-") as folder:
        app = create_app(
            {
                "ENV": "development",
                "DATA": folder,
                "DATABASE_URL": f"sqlite:///{folder}/simulation.sqlite3",
                "SECRET_KEY": "a secret for simulations, known to everybody",
                "MAIL_URL": f"file://{folder}/mails",
                "BASE_URL": "http://localhost",
                "UID_HOST": "registration.example.org",
            }
        )
        with app.app_context():
            migrate(db.engine)
        yield app
