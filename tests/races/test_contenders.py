"""Thousands contend for a hundred seats, some send twice: the first hundred sit, the others wait in turn."""

import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select

from registration import create_app
from registration.booking.admission.services import register
from registration.booking.models import Booking
from registration.booking.rules import Application, Person, Wish
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.doctor.examine import examine
from registration.seats.models import Registration
from registration.seats.queries import position
from tests.faults.tables import IS_LONG, tell
from tests.forking import forking

CONTENDERS = 10_000 if IS_LONG else 500
SEATS = 100
# Whoever contends on PostgreSQL comes from several processes; on SQLite from the one there is.
PROCESSES, THREADS = 4, 8


def test_the_first_hundred_sit_and_all_others_know_their_position(app, settings, make_event):
    event = make_event(capacity=SEATS)
    chance = random.Random(1)
    sent = [number for number in range(CONTENDERS) for _time in range(1 + (chance.random() < 0.05))]
    chance.shuffle(sent)
    told = contend(app, settings, event.id, sent)
    assert len(told) == len(sent)
    links: dict[int, set[str]] = {}
    for number, link in told:
        links.setdefault(number, set()).add(link)
    # Whoever sent twice got one and the same link, and so did everybody one of their own.
    assert all(len(mine) == 1 for mine in links.values())
    assert len(set.union(*links.values())) == CONTENDERS
    check(event.id)
    assert [one for finding in examine(db.engine, event.slug) for one in finding.sentences] == []
    tell(
        "faults",
        f"{CONTENDERS} contenders for {SEATS} seats, 5 % twice",
        db.engine.dialect.name,
        f"{len(sent)} forms",
        "nothing: places 1–100 seated, all others at their position",
        "`pytest tests/races/test_contenders.py`",
    )


def check(event_id: int) -> None:
    """Places are dense, the first sit, and each of the others has the position that its place says."""
    rows = db.session.execute(
        select(Registration.place, Registration.state, Registration.priority).order_by(Registration.place)
    ).all()
    assert [row.place for row in rows] == list(range(1, CONTENDERS + 1))
    assert {row.state for row in rows[:SEATS]} == {"confirmed"}
    assert {row.state for row in rows[SEATS:]} == {"waitlisted"}
    for row in rows[SEATS::97]:
        assert position(db.session(), event_id, row.priority, row.place) == row.place - SEATS
    booked = select(func.count()).select_from(Booking)
    assert db.session.scalar(booked) == CONTENDERS
    # PostgreSQL ends a transaction that stands idle for long, as while the doctor looks.
    db.session.rollback()


def contend(app: Any, settings: dict[str, Any], event_id: int, sent: list[int]) -> list[tuple[int, str]]:
    """Send all the forms at once and return what each was told."""
    if db.engine.dialect.name == "sqlite":
        return send(app, event_id, sent)
    parts = [sent[first::PROCESSES] for first in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=forking()) as crowd:
        futures = [crowd.submit(send_from_a_process, settings, event_id, part) for part in parts]
        return [answer for future in futures for answer in future.result()]


def send_from_a_process(settings: dict[str, Any], event_id: int, sent: list[int]) -> list[tuple[int, str]]:
    app = create_app(settings)
    answers = send(app, event_id, sent)
    with app.app_context():
        db.engine.dispose()
    return answers


def send(app: Any, event_id: int, sent: list[int]) -> list[tuple[int, str]]:
    def one(number: int) -> tuple[int, str]:
        with app.app_context():
            form = Application(
                f"form-{number}", "Ada", f"ada{number}@example.org", "", "en",
                (Wish(event_id, (Person("Ada"),)),),
            )  # fmt: skip
            try:
                return number, str(register(form).token)
            except Refusal as refusal:
                return number, f"refused {refusal.code}"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, sent))
