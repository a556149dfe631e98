"""A contest for seats: many processes register and cancel while the doctor looks on.

A *mutant* breaks one rule of the engine in every process; the contest must notice.
"""

import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.queues import Queue as Channel
from typing import Any

from sqlalchemy import select

from registration import create_app
from registration.booking.admission.services import register
from registration.booking.changes import cancel as cancelling
from registration.booking.changes.cancel import Target
from registration.booking.rules import Application, Person, Wish
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import Unavailable
from registration.doctor.examine import examine
from registration.journal.services import ATTENDEE
from registration.seats import rules
from registration.seats.models import Registration
from tests.forking import forking
from tests.proof.mutants import broken

SECONDS_AT_MOST = 60.0


@dataclass
class Report:
    """What a contest showed: what the doctor saw while it ran, and what clients met."""

    seen: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    looks: int = 0
    answered: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.seen and not self.errors


def contest(
    settings: dict[str, Any],
    event_id: int,
    slug: str,
    *,
    processes: int = 8,
    each: int = 12,
    mutant: str = "",
) -> Report:
    """Let *processes* contend for the seats of one event, and return what was seen."""
    context = forking()
    channel: Channel[tuple[str, str]] = context.Queue()
    workers = [
        context.Process(target=contend, args=(settings, event_id, number, each, mutant, channel), daemon=True)
        for number in range(processes)
    ]
    report = Report()
    for worker in workers:
        worker.start()
    app = create_app(settings)
    deadline = time.monotonic() + SECONDS_AT_MOST
    with app.app_context():
        while any(worker.is_alive() for worker in workers) and time.monotonic() < deadline:
            look(report, slug)
            collect(channel, report)
            time.sleep(0.005)
        for worker in workers:
            worker.join(timeout=5)
            if worker.is_alive():
                worker.kill()
                report.errors.append("a process did not end")
        collect(channel, report)
        look(report, slug)
        db.engine.dispose()
    channel.close()
    return report


def look(report: Report, slug: str) -> None:
    """Let the doctor look once."""
    report.looks += 1
    for finding in examine(db.engine, slug):
        report.seen += [f"{finding.code}: {sentence}" for sentence in finding.sentences]


def collect(channel: "Channel[tuple[str, str]]", report: Report) -> None:
    """Take what the processes have told so far."""
    while not channel.empty():
        kind, told = channel.get()
        if kind == "error":
            report.errors.append(told)
        else:
            report.answered += 1


def contend(
    settings: dict[str, Any],
    event_id: int,
    number: int,
    each: int,
    mutant: str,
    channel: "Channel[tuple[str, str]]",
) -> None:
    """Register *each* parties, and now and then cancel one; what a client would see is told."""
    app = create_app(settings)
    chance = random.Random(number)
    with app.app_context(), broken(mutant):
        for turn in range(each):
            try:
                _act(event_id, f"{number}-{turn}", chance)
            except Refusal as refusal:
                channel.put(("error", f"refused: {refusal.sentence}"))
            except Exception:
                channel.put(("error", traceback.format_exc(limit=3)))
            else:
                channel.put(("answer", ""))
        db.session.remove()
        db.engine.dispose()


def _act(event_id: int, name: str, chance: random.Random) -> None:
    people = tuple(Person("Ada") for _ in range(chance.choice((1, 1, 1, 2))))
    form = Application(f"key-{name}", "Ada", f"ada+{name}@example.org", "", "en", (Wish(event_id, people),))
    _patient(lambda: register(form))
    if chance.random() < 0.4:
        active = db.session.scalars(
            select(Registration.id).where(
                Registration.event_id == event_id, Registration.state.in_([rules.CONFIRMED])
            )
        ).all()
        db.session.rollback()
        if active:
            target = Target(event_id, chance.choice(active))
            _patient(lambda: cancelling.cancel(target, ATTENDEE))


def _patient(work: Callable[[], object]) -> None:
    """Do *work*, and as its answer asks, again where the database was too busy: nothing was changed then."""
    for _try in range(3):
        try:
            work()
        except Unavailable:
            continue
        return
    work()


if __name__ == "__main__":
    sys.exit("This module is used by the race tests.")
