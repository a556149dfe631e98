"""What the engine costs where many wait: registering, a long promotion, the doctor."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bench.crowd import Crowd, fill
from bench.server import settings
from registration import create_app
from registration.booking.admission.services import register
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.journal.services import SYSTEM
from registration.schema.migrations import migrate
from registration.seats import rules
from registration.seats.models import Queue, Registration
from tests import factories

WAITING, PROMOTED = 5_000, 500
DUE = 10_000
# The rows that the doctor reads; a million take minutes to make.
READ = int(os.environ.get("BENCH_DOCTOR", "100000"))
EACH = 10_000


def measure_seats(kind: str, url: str, folder: Path) -> None:
    """Print the rows of the seat engine, on a database of its own at *url*."""
    app = create_app(settings(url, folder))
    with app.app_context():
        migrate(db.engine)
        _line(kind)
        _promotion(kind, app)
        _doctor(kind, app)
        # Last: these rows did not come by the services, and the doctor would say so.
        _sweeping(kind, app)
        db.session.remove()
        db.engine.dispose()


def _line(kind: str) -> None:
    """Compare registering with nobody waiting and with thousands."""
    for policy in (rules.FIRST_FIT, rules.STRICT):
        empty = factories.make_event(capacity=100_000, policy=policy, title="Nobody waits")
        [full] = fill(Crowd(1, 100, WAITING), "Full", policy)
        alone, behind = [], []
        # In turns, so that both meet the same machine.
        for _one in range(400):
            alone.append(_seconds(lambda event=empty: register(factories.application(event))))
            behind.append(_seconds(lambda event=full: register(factories.application(event))))
        few, many = statistics.median(alone), statistics.median(behind)
        print(
            f"| registering behind {WAITING:,} who wait, {policy}, median | {kind} | {many * 1000:.1f} ms"
            f" | {few * 1000:.1f} ms with nobody | {many / few:.2f} | ≤ 1.3 |",
            flush=True,
        )


def _promotion(kind: str, app: Flask) -> None:
    """Raise a capacity by hundreds while people register."""
    [event] = fill(Crowd(1, 100, PROMOTED + 100), "Raised")
    pool = factories.pool(event).id
    with registering(app, event) as meanwhile:
        begun = time.perf_counter()
        change_capacity(event.id, pool, 100 + PROMOTED, SYSTEM)
        took = time.perf_counter() - begun
    # Whoever registers while a promotion is under way goes on with it.
    assert factories.pool(event).taken == 100 + PROMOTED
    print(f"| promoting {PROMOTED} at once while people register | {kind} | {took:.2f} s | – | – | ≤ 2 s |")
    print(
        f"| the longest that anybody waited meanwhile | {kind} | {max(meanwhile.times):.2f} s"
        f" | {len(meanwhile.times)} registered | – | bounded |",
        flush=True,
    )


def _sweeping(kind: str, app: Flask) -> None:
    """Let thousands of offers run out at once, in one event and in many; for each somebody is next."""
    for events in (1, DUE // 100):
        each = DUE // events
        made = fill(Crowd(events, each, each), f"Due {events}")
        write_tx(lambda session, made=made: _let_run_out(session, [one.id for one in made]))
        with registering(app, made[0]) as meanwhile:
            begun = time.perf_counter()
            while sweep():
                pass
            took = time.perf_counter() - begun
        told = f"{len(meanwhile.times)} registered, the slowest in {max(meanwhile.times):.2f} s"
        print(
            f"| {DUE:,} offers run out, events: {events} | {kind} | {took:.1f} s | {told} | – | ≤ 60 s |",
            flush=True,
        )
        assert _open_offers(made) == (0, DUE)


def _let_run_out(session: Session, event_ids: list[int]) -> None:
    """Make everybody who sits somebody whose offer ended, and let the next be offered what that frees."""
    offered = Registration.event_id.in_(event_ids) & (Registration.state == rules.CONFIRMED)
    session.execute(
        update(Registration)
        .where(offered)
        .values(state=rules.OFFERED, offer_expires_at=clock.now() - timedelta(seconds=1))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Queue)
        .where(Queue.event_id.in_(event_ids))
        .values(promotion=rules.OFFER, offer_hours=24)
        .execution_options(synchronize_session=False)
    )


def _open_offers(made: list[factories.Made]) -> tuple[int, int]:
    """Return how many offers are open that ran out, and how many that did not."""
    db.session.rollback()
    offered = Registration.event_id.in_([one.id for one in made]) & (Registration.state == rules.OFFERED)
    is_late = Registration.offer_expires_at <= clock.now()
    late, open_ = (
        db.session.scalars(select(func.count()).select_from(Registration).where(offered, one)).one()
        for one in (is_late, ~is_late)
    )
    return late, open_


def _doctor(kind: str, app: Flask) -> None:
    """Let the doctor read everything while people register."""
    [first, *_others] = fill(Crowd(max(1, READ // EACH), EACH * 9 // 10, EACH // 10), "Read")
    with registering(app, first) as meanwhile:
        begun = time.perf_counter()
        findings = examine(db.engine)
        took = time.perf_counter() - begun
    assert all(finding.holds for finding in findings), [one.code for one in findings if not one.holds]
    print(f"| doctor on {READ:,} registrations | {kind} | {took:.1f} s | – | – | ≤ 30 s at 1,000,000 |")
    print(
        f"| the longest that anybody waited meanwhile | {kind} | {max(meanwhile.times):.2f} s"
        f" | {len(meanwhile.times)} registered | – | no writer blocked |",
        flush=True,
    )


@dataclass
class Meanwhile:
    """How long each registration took that was made beside something else."""

    times: list[float] = field(default_factory=list)


@contextmanager
def registering(app: Flask, event: factories.Made) -> Iterator[Meanwhile]:
    """Register for *event* in a thread of its own, one after the other, while the context lasts."""
    meanwhile, stop = Meanwhile(), threading.Event()

    def go_on() -> None:
        with app.app_context():
            while not stop.is_set() or not meanwhile.times:
                meanwhile.times.append(_seconds(lambda: register(factories.application(event))))
                # A visitor now and then, not a race.
                stop.wait(0.02)
            db.session.remove()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield meanwhile
    finally:
        stop.set()
        thread.join()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
