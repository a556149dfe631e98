"""The one form of a programme: six events, ten attendees, drawn and registered."""

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as events
from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import QuestionFacts, create_programme
from tests import factories

EVENTS, PEOPLE, ROUNDS = 6, 10, 40
_ASKED = (
    QuestionFacts("Do you need anything to take part?", "long", is_sensitive=True),
    QuestionFacts("What do you eat?", "choice", choices=("Everything", "Vegetarian", "Vegan")),
)


def measure_forms(kind: str, app: Flask) -> None:
    """Print how long the form takes and what registering costs, with small events and with filled ones."""
    slug, made = _programme()
    client = app.test_client()
    path = f"/programmes/{slug}/register"
    one, ten = client.get(path), client.get(f"{path}?attendees={PEOPLE}")
    assert (one.status_code, ten.status_code) == (200, 200)
    drawn = _median(lambda: client.get(f"{path}?attendees={PEOPLE}"))
    print(
        f"| programme form, {EVENTS} events, {PEOPLE} attendees | {kind} | {drawn:.1f} ms | – | – | ≤ 30 ms |"
    )
    print(f"| the same, as a page with style and scripts | {kind} | {_weight(ten.data)} | – | – | – |")
    told = "programme form, one attendee, with style and scripts"
    print(f"| {told} | {kind} | {_weight(one.data)} | – | – | ≤ 60 kB |")
    few, took = _registered(client, path, made)
    for event in made:
        for _one in range(50):
            factories.register(event, "Ben")
    many, _took = _registered(client, path, made)
    print(
        f"| registering {PEOPLE} people for {EVENTS} events, statements | {kind} | {many}"
        f" | {few} with empty events | {many / few:.2f} | 1.00 |"
    )
    print(f"| the same, time | {kind} | {took:.0f} ms | – | – | – |")


def _programme() -> tuple[str, list[factories.Made]]:
    made = [
        factories.make_event(
            capacity=10_000,
            title=f"Event {number}",
            categories={"Member": None, "Non-member": None, "Press": None},
            questions=_ASKED,
        )
        for number in range(EVENTS)
    ]

    def work(session: Session) -> str:
        rows = [session.get_one(Event, event.id) for event in made]
        return create_programme(session, made[0].organiser_id, "Six events", "", "", rows).slug

    return write_tx(work), made


def _registered(client: FlaskClient, path: str, made: list[factories.Made]) -> tuple[int, float]:
    """Register a party and return how many statements and milliseconds that took."""
    page = client.get(path).text
    found = re.search(r'name="submit_key"[^>]*value="([^"]+)"', page)
    assert found is not None
    data = [("submit_key", found[1]), ("name", "Ada"), ("consent", "y")]
    data += [("email", f"ada{time.monotonic_ns()}@example.org")]
    data += [("events", event.slug) for event in made]
    for number in range(PEOPLE):
        data.append((f"attendees-{number}-name", f"Guest {number}"))
        data.append((f"attendees-{number}-category", str(made[0].categories["Member"])))
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    events.listen(db.engine, "before_cursor_execute", count)
    begun = time.perf_counter()
    answer = client.post(path, data=urlencode(data), content_type="application/x-www-form-urlencoded")
    took = (time.perf_counter() - begun) * 1000
    events.remove(db.engine, "before_cursor_execute", count)
    assert answer.status_code == 303, answer.text
    return len(statements), took


def _median(work: Callable[[], object]) -> float:
    """Return the median of some rounds, in milliseconds."""
    times = []
    for _one in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _weight(page: bytes) -> str:
    folder = Path(__file__).parent.parent / "registration" / "static"
    others = sum((folder / name).stat().st_size for name in ("style.css", "once.js", "show.js", "icon.svg"))
    return f"{(len(page) + others) / 1000:.0f} kB"
