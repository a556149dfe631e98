"""Feeds: what an unchanged one costs beside a hello, and how soon a cold one of ten thousand is there."""

import http.client
import os
import secrets
import statistics
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bench.load import Result, get, load, serving
from registration.core import clock
from registration.core.database import db, table
from registration.core.transaction import write_tx
from registration.events.models import Event, EventText
from registration.events.services import touch
from registration.ical.services import store_entries
from registration.web.locale import LOCALES
from tests import factories

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000"))
ROUNDS = 3
# A feed of one event (the organiser's), of the thousand next ones, and of all there are.
ONE, NEXT, ALL = "/organisers/ditta/calendar.ics", "/calendar.ics", "/calendar-all.ics"


def measure(kind: str, app: Flask, urls: tuple[str, str], folder: Path, count: int) -> None:
    """Measure on one database, whose organiser *ditta* has one event; *urls* are the floor's and ours."""
    with app.app_context():
        changed = _fill()
        store_entries(len(LOCALES) * (EVENTS + 10))
        db.session.remove()
    floor_url, our_url = urls
    with (
        serving("floor", floor_url, folder) as (bare, _pid),
        serving("ours", our_url, folder) as (ours, _pid2),
    ):
        for port, path in ((bare, "/"), (ours, ONE), (ours, ALL)):
            load(port, [get(path)] * (200 if path != ALL else 8))
        _unchanged(kind, bare, ours, count)
    with app.app_context():
        _cold(kind, app, changed)
        db.session.remove()


def _unchanged(kind: str, bare: int, ours: int, count: int) -> None:
    """Compare a poll that learns nothing with a hello: on a connection that stays, and on one of its own."""
    for label, close in (("kept connection", ()), ("a connection each", ("Connection: close",))):
        hello: list[Result] = []
        polls: dict[str, list[Result]] = {ONE: [], NEXT: [], ALL: []}
        tags = {path: fetched(ours, path)[0] for path in polls}
        for _turn in range(ROUNDS):
            hello.append(load(bare, [get("/", *close)] * count))
            for path, results in polls.items():
                results.append(load(ours, [get(path, f"If-None-Match: {tags[path]}", *close)] * count))
        floor = statistics.median(one.per_second for one in hello)
        for path, name in ((ONE, "1 event"), (NEXT, "1,000 events"), (ALL, f"{EVENTS:,} events")):
            assert set(polls[path][-1].statuses) == {304}, polls[path][-1].statuses
            rate = statistics.median(one.per_second for one in polls[path])
            print(
                f"| feed of {name} unchanged (304), {label} | {kind} | {rate:.0f}/s"
                f" | hello {floor:.0f}/s | {rate / floor:.2f} | ≥ 0.60 |",
                flush=True,
            )


def _cold(kind: str, app: Flask, changed: int) -> None:
    """Measure a whole feed in a process that has built none, then with one event changed."""
    client = app.test_client()
    times = {}
    for name in ("all stored", "one event changed"):
        begun = time.perf_counter()
        answer = client.get(ALL)
        times[name] = time.perf_counter() - begun
        assert answer.data.count(b"BEGIN:VEVENT") == EVENTS + 1
        write_tx(lambda session: touch(session.get_one(Event, changed)))
    for name, seconds in times.items():
        print(f"| cold feed of {EVENTS:,} events, {name} | {kind} | {seconds:.2f} s | – | – | ≤ 0.3 s |")
    begun = time.perf_counter()
    made = store_entries()
    print(
        f"| entries made anew when one event changed, one a language | {kind} | {made}"
        f" in {(time.perf_counter() - begun) * 1000:.0f} ms | – | – | {len(LOCALES)} |",
        flush=True,
    )


def fetched(port: int, path: str) -> tuple[str, bytes]:
    """Return the tag and the bytes of a feed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.getheader("ETag") or "", answer.read()
    connection.close()
    return found


def _fill() -> int:
    """Make EVENTS events of another organiser and return the id of one."""
    organiser_id = factories.make_organiser("cocir")
    at = clock.now().replace(microsecond=0)
    events = [
        {
            "organiser_id": organiser_id,
            "slug": f"meeting-{number}",
            "status": "published",
            "starts_at": at + timedelta(hours=number % 8000),
            "ends_at": at + timedelta(hours=number % 8000 + 2),
            "time_zone": ("Europe/Brussels", "America/New_York", "Asia/Shanghai")[number % 3],
            "all_day": False,
            "venue": "Autoworld",
            "street": "Parc du Cinquantenaire 11",
            "city": "Brussels",
            "uid": f"event-{secrets.token_hex(16)}@registration.example.org",
            "changed_at": at,
            "created_at": at,
        }
        for number in range(EVENTS)
    ]

    def work(session: Session) -> None:
        connection = session.connection()
        connection.execute(insert(Event), events)
        ids = connection.scalars(select(table(Event).c.id).where(table(Event).c.organiser_id == organiser_id))
        texts = [
            {"event_id": one, "locale": "en", "title": f"Working group {one}", "summary": "Agenda to follow."}
            for one in ids
        ]
        connection.execute(insert(EventText), texts)
        connection.execute(update(Event).where(Event.organiser_id == organiser_id).values(revision=1))

    write_tx(work)
    found = db.session.scalar(select(Event.id).where(Event.organiser_id == organiser_id).limit(1))
    assert found is not None
    return found
