"""Run every benchmark on both databases and print one table."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import event as events
from sqlalchemy import text

from bench import feeds
from bench.crowd import ATTENDEES, BOOKINGS, copy_rows, first_free, settle
from bench.forms import measure_forms
from bench.load import Result, get, load, post, serving
from bench.mails import measure_mails
from bench.pages import measure_pages
from bench.seats import measure_seats
from bench.server import prepare_floor, settings
from registration import create_app
from registration.booking.admission.services import register
from registration.core.database import db
from registration.schema.migrations import migrate
from registration.web.guards import form_key
from tests import factories, postgres

COUNT = int(os.environ.get("BENCH_COUNT", "1500"))
ROUNDS = 3
GROWN = int(os.environ.get("BENCH_GROWN", "100000"))


def main() -> None:
    """Print the table."""
    print("| what | database | ours | compared with | ratio | wanted |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        measure("sqlite", lambda name: f"sqlite:///{folder}/{name}.sqlite3", Path(folder))
        measure_seats("sqlite", f"sqlite:///{folder}/seats.sqlite3", Path(folder))
        measure_pages("sqlite", f"sqlite:///{folder}/pages.sqlite3", Path(folder))
    with postgres.server() as uri, tempfile.TemporaryDirectory() as folder:
        # The disk counts here, as it does in production.
        postgres.execute(uri, "ALTER SYSTEM SET fsync = on")
        postgres.execute(uri, "SELECT pg_reload_conf()")

        def database(name: str) -> str:
            postgres.execute(uri, f"CREATE DATABASE bench_{name}")
            return postgres.database_url(uri, f"bench_{name}").replace(
                "postgresql://", "postgresql+psycopg://"
            )

        measure("postgres", database, Path(folder))
        measure_seats("postgres", database("seats"), Path(folder))
        measure_pages("postgres", database("pages"), Path(folder))


def measure(kind: str, database: Callable[[str], str], folder: Path) -> None:
    """Measure everything on one database."""
    floor_url, our_url = database("floor"), database("ours")
    prepare_floor(floor_url)
    app = create_app(settings(our_url, folder))
    with app.app_context():
        migrate(db.engine)
        hot = factories.make_event(capacity=1_000_000, title="Hot", starts_in=timedelta(days=30))
        factories.register(hot, "Ada")
        keys = [form_key(f"register:{hot.id}") for _one in range(COUNT * ROUNDS + 50)]
        db.session.remove()
    forms = [_form(hot.slug, key, number) for number, key in enumerate(keys)]
    seats = [post("/seat", urlencode({"name": "Ada", "email": "ada@example.org"}).encode())] * COUNT
    with serving("floor", floor_url, folder) as (bare, _pid), serving("ours", our_url, folder) as (ours, pid):
        load(bare, [get("/")] * 200)
        load(ours, forms[:50])
        page = f"/events/{hot.slug}/"
        hello, pages, floors, registered = [], [], [], []
        for turn in range(ROUNDS):
            hello.append(load(bare, [get("/")] * COUNT))
            pages.append(load(ours, [get(page)] * COUNT))
            floors.append(load(bare, seats))
            start = 50 + turn * COUNT
            registered.append(load(ours, forms[start : start + COUNT]))
        assert set(registered[-1].statuses) == {303}, registered[-1].statuses
        row(
            "registering, one hot event",
            kind,
            _median(registered),
            "bare endpoint",
            _median(floors),
            "≥ 0.35",
        )
        row("event page", kind, _median(pages), "hello", _median(hello), "≥ 0.25")
        memory = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
        print(f"| memory of the web process | {kind} | {memory:.0f} MB | – | – | ≤ 130 MB |")
    feeds.measure(kind, app, (floor_url, our_url), folder, COUNT)
    with app.app_context():
        growth(kind, hot)
        queries(kind, app, hot.slug)
        measure_forms(kind, app)
        db.session.remove()
        db.engine.dispose()
    measure_mails(kind, app, our_url, folder)


def growth(kind: str, event: factories.Made) -> None:
    """Compare a registration at a thousand registrations and at many."""
    _grow(event, 1_000)
    few = _cost(event)
    _grow(event, GROWN)
    many = _cost(event)
    told = f"{few * 1000:.1f} ms at 1 000"
    print(
        f"| registering at {GROWN:,}, p95 | {kind} | {many * 1000:.1f} ms | {told}"
        f" | {many / few:.2f} | ≤ 1.3 |"
    )


def _cost(event: factories.Made, count: int = 400) -> float:
    times = []
    for _one in range(count):
        asked = factories.application(event, "Ada")
        begun = time.perf_counter()
        register(asked)
        times.append(time.perf_counter() - begun)
    return sorted(times)[int(count * 0.95)]


def _grow(event: factories.Made, total: int) -> None:
    """Fill the event up to *total* registrations with rows as registering would have left them."""
    with db.engine.execution_options(tx="write").begin() as connection:
        missing = total - connection.execute(text("SELECT count(*) FROM registration")).scalar_one()
        if missing <= 0:
            return
        first = first_free(connection)
        values = {"event": event.id, "organiser": event.organiser_id}
        copy_rows(connection, _COPIES, range(first, first + missing), values)
        connection.execute(
            text(f"UPDATE queue SET next_place = {first + missing} WHERE event_id = :event"),
            {"event": event.id},
        )
        connection.execute(
            text(
                "UPDATE pool SET taken = (SELECT coalesce(sum(need), 0) FROM registration_pool"
                " WHERE pool_id = pool.id) WHERE event_id = :event"
            ),
            {"event": event.id},
        )
    settle(db.engine)


_COPIES = (
    BOOKINGS,
    (
        "registration",
        "id, event_id, booking_id, place, size, state, priority, needs_step, seated_step, calendar_sequence,"
        " created_at, changed_at",
        "i, :event, i, i, 1, 'confirmed', 0, i, i, 0, :at, :at",
    ),
    (
        "registration_pool",
        "registration_id, pool_id, need",
        "i, (SELECT id FROM pool WHERE event_id = :event), 1",
    ),
    ATTENDEES,
)


def queries(kind: str, app: Flask, slug: str) -> None:
    """Count the statements of one form's POST and of the event page."""
    client = app.test_client()
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    events.listen(db.engine, "before_cursor_execute", count)
    client.get(f"/events/{slug}/")
    page = len(counted)
    print(f"| statements of the event page, first view | {kind} | {page} | – | – | bounded |")
    events.remove(db.engine, "before_cursor_execute", count)


def row(what: str, kind: str, ours: float, other: str, theirs: float, wanted: str) -> None:
    """Print one line of the table."""
    print(
        f"| {what} | {kind} | {ours:.0f}/s | {other} {theirs:.0f}/s | {ours / theirs:.2f} | {wanted} |",
        flush=True,
    )


def _median(results: list[Result]) -> float:
    return statistics.median(result.per_second for result in results)


def _form(slug: str, key: str, number: int) -> bytes:
    body = urlencode(
        {
            "submit_key": key,
            "name": "Ada Lovelace",
            "email": f"ada{number}@example.org",
            "firm": "Nordlicht Imaging AB",
            "locale": "en",
            "consent": "y",
            "attendees-0-name": "",
        }
    )
    return post(f"/events/{slug}/register", body.encode())


if __name__ == "__main__":
    sys.exit(main())
