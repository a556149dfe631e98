"""What pages cost that look at a line: with few who wait, and with thousands."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bench.crowd import Crowd, fill
from bench.server import settings
from registration import create_app
from registration.booking.admission.services import Receipt, register
from registration.booking.event_settings.waitlist import change_line
from registration.core.database import db
from registration.journal.services import SYSTEM
from registration.schema.migrations import migrate
from registration.seats.rules import LinePolicy
from tests import factories
from tests.booking.statements import statements

FEW, MANY, ROUNDS = 50, 5_000, 15


class _Client(FlaskClient):
    """A client whose requests have a context of their own, as in a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, buffered=True, **kwargs)


def measure_pages(kind: str, url: str, folder: Path) -> None:
    """Print the rows of the pages, on a database of its own at *url*."""
    app = create_app(settings(url, folder))
    with app.app_context():
        migrate(db.engine)
        app.test_client_class = _Client
        client = app.test_client()
        factories.sign_in(client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
        few, many = (_pages(waiting) for waiting in (FEW, MANY))
        for name, page in many.items():
            assert client.get(page).status_code == 200, page
            _compare(kind, name, lambda page=page: client.get(page), lambda page=few[name]: client.get(page))
        db.session.remove()
        db.engine.dispose()


def _pages(waiting: int) -> dict[str, str]:
    """Return the addresses of the pages of an event in which so many wait, by what they are."""
    [event] = fill(Crowd(1, 100, waiting), f"Line of {waiting}")
    change_line(event.id, LinePolicy(publishes_ledger=True), SYSTEM)
    told: Receipt = register(factories.application(event, "Last"))
    receipt = factories.registration_of(told).receipt
    db.session.rollback()
    return {
        "waitlist page": f"/organiser/events/{event.slug}/waitlist",
        "ledger by receipt": f"/events/{event.slug}/ledger?receipt={receipt}",
        "page of somebody who waits": f"/bookings/{told.token}/",
    }


def _compare(kind: str, name: str, many: Callable[[], object], few: Callable[[], object]) -> None:
    counted, fewer = len(statements(many)), len(statements(few))
    slow, quick = _median(many), _median(few)
    print(
        f"| {name}, {MANY:,} wait | {kind} | {slow * 1000:.1f} ms, {counted} statements"
        f" | {quick * 1000:.1f} ms, {fewer} statements with {FEW} | {slow / quick:.2f} | bounded |",
        flush=True,
    )


def _median(get: Callable[[], object]) -> float:
    times = []
    for _one in range(ROUNDS):
        begun = time.perf_counter()
        get()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
