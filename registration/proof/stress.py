"""Many clients at once on one database, all operations mixed, the doctor looking on."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from registration.app import create_app
from registration.core.among import among
from registration.core.database import db
from registration.core.settings import defaults
from registration.doctor.examine import examine
from registration.proof import ledger
from registration.proof.client import Client, Seeded, Step
from registration.proof.kinds import BY_NAME, OPERATIONS
from registration.proof.ledger import ANSWERS, Account, ObservedAnswer
from registration.proof.operations import Hands, choose, perform
from registration.proof.stage import Stage
from registration.seats.models import Queue

# A few milliseconds between two looks of the doctor.
PAUSE = 0.005
# With so many registrations the clients count as being at work.
AT_WORK = 20


@dataclass(frozen=True)
class Load:
    """How much is done: *each* of so many *clients* does so many operations, for *seconds* at most."""

    clients: int = 8
    each: int = 100
    seconds: float = 60.0
    seed: int = 1
    # While a database is away, a client that got no answer does the same again for so long.
    patience: float = 0.0


@dataclass
class Report:
    """What a stress showed."""

    ledger: list[ObservedAnswer] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    seen: list[str] = field(default_factory=list)
    looks: int = 0
    blind_looks: int = 0
    seconds: float = 0.0

    @property
    def errors(self) -> list[str]:
        """What clients met that is no answer."""
        return [f"{one.step}: {one.answer}" for one in self.ledger if one.answer not in ANSWERS]

    @property
    def findings(self) -> list[str]:
        return [*self.seen, *self.account.lost]


def stress(
    settings: Mapping[str, Any], stage: Stage, load: Load, disturb: Callable[[], None] | None = None
) -> Report:
    """Let the clients of *load* loose on *stage* and return what was seen.

    SQLite has one process, as in production; elsewhere each client is a process of its own.
    *disturb* runs once, when the clients are at work.
    """
    plain = _plain(settings)
    app = create_app(plain)
    report = Report()
    with app.app_context():
        begun = time.monotonic()
        with _crowd(load.clients) as crowd:
            futures = [
                crowd.submit(contend, app if _is_sqlite() else plain, stage, number, load)
                for number in range(load.clients)
            ]
            _look_on(report, stage, futures, disturb)
        for future in futures:
            report.ledger += future.result()
        report.seconds = time.monotonic() - begun
        look(report, stage)
        report.account = ledger.account(stage, report.ledger)
        db.session.remove()
        db.engine.dispose()
    return report


def look(report: Report, stage: Stage) -> None:
    """Let the doctor look once; a database that is away is looked at later."""
    report.looks += 1
    try:
        for hall in stage.halls:
            for finding in examine(db.engine, hall.slug):
                report.seen += [f"{finding.code}: {sentence}" for sentence in finding.sentences]
    except SQLAlchemyError:
        report.blind_looks += 1


def contend(home: "Flask | dict[str, Any]", stage: Stage, number: int, load: Load) -> list[ObservedAnswer]:
    """Do what one client does and return what it was told. *home* is the application, or its settings."""
    app = home if isinstance(home, Flask) else create_app(home)
    chance, client, hands = Seeded(f"{load.seed}-{number}"), Client(f"w{number}", stage), Hands(stage)
    operations = [one for one in OPERATIONS[stage.kind] if one.is_for_crowds]
    told: list[ObservedAnswer] = []
    with app.app_context():
        deadline = time.monotonic() + load.seconds
        for _one in range(load.each):
            if time.monotonic() > deadline:
                break
            step = choose(chance, client, operations)
            told += _answered(hands, client.name, step, load.patience)
        db.session.remove()
        if not isinstance(home, Flask):
            db.engine.dispose()
    return told


def _answered(hands: Hands, name: str, step: Step, patience: float) -> list[ObservedAnswer]:
    """Do *step*, and the same again while there is no answer and *patience* lasts."""
    told: list[ObservedAnswer] = []
    deadline = time.monotonic() + patience
    while True:
        begun = time.time()
        answer = perform(BY_NAME[step.name], hands, step.values)
        ended = time.time()
        shown: tuple[ledger.Seen, ...] = ()
        if answer == "receipt":
            try:
                shown = ledger.seen(hands.stage, step.values["form"].key)
            except SQLAlchemyError:
                db.session.remove()
        told.append(ObservedAnswer(name, step, answer, begun, ended, shown))
        if answer in ANSWERS or time.monotonic() > deadline:
            return told
        db.session.remove()
        time.sleep(0.1)


def _look_on(
    report: Report,
    stage: Stage,
    futures: "Sequence[Future[list[ObservedAnswer]]]",
    disturb: Callable[[], None] | None,
) -> None:
    while not all(future.done() for future in futures):
        look(report, stage)
        if disturb is not None and _registered(stage) >= AT_WORK:
            disturb()
            disturb = None
        time.sleep(PAUSE)
    assert disturb is None, "the clients were done before they could be disturbed"


def _registered(stage: Stage) -> int:
    places = select(func.sum(Queue.next_place - 1)).where(
        among(Queue.event_id, [hall.id for hall in stage.halls])
    )
    count = db.session.scalar(places)
    db.session.rollback()
    return count or 0


def _crowd(clients: int) -> Executor:
    if _is_sqlite():
        return ThreadPoolExecutor(clients)
    # Forked from a process that has read all of this once.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(clients, mp_context=context)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of config.py alone, which another process can be given."""
    plain = {name: settings[name] for name in defaults() if name in settings}
    fallbacks = plain.get("SECRET_KEY_FALLBACKS")
    return plain | ({"SECRET_KEY_FALLBACKS": " ".join(fallbacks)} if isinstance(fallbacks, list) else {})


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
