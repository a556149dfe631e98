"""What an operation costs does not grow with the registrations: counted in SQLite's own instructions.

The planner has no statistics here, as in a database on which nobody ever ran ANALYZE.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event as events
from sqlalchemy import select

from registration.booking.models import Attendee
from registration.booking.rules import Person
from registration.booking.services.cancel import cancel
from registration.booking.services.party import add_people, change_choice
from registration.booking.services.register import register
from registration.core.database import db
from registration.journal.services import ATTENDEE
from tests import factories
from tests.booking.arranging import booked
from tests.factories import application, make_event, target

FEW, MANY = 20, 400
_STEP = 10


class Meter:
    """Counts the instructions that SQLite does."""

    def __init__(self) -> None:
        self.count = 0

    def tick(self) -> int:
        self.count += _STEP
        return 0


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what every connection of the application does."""
    meter = Meter()

    def watch(connection, _record) -> None:
        connection.set_progress_handler(meter.tick, _STEP)

    db.session.remove()
    db.engine.dispose()
    events.listen(db.engine, "connect", watch)
    try:
        yield meter
    finally:
        events.remove(db.engine, "connect", watch)
        db.session.remove()
        db.engine.dispose()


def cost(act: Callable[[], object]) -> int:
    """Return what *act* costs once everything is warm."""
    with metered() as meter:
        with db.engine.connect():
            pass
        meter.count = 0
        act()
        return meter.count


def _registering(event):
    return lambda: register(application(event, "Ada", category="Guest"))


def _cancelling(event):
    ada = target(factories.register(event, "Ada", category="Guest"))
    return lambda: cancel(ada, ATTENDEE)


def _changing(event):
    ada = target(factories.register(event, "Ada", category="Guest"))
    attendee_id = db.session.scalar(
        select(Attendee.id).where(Attendee.registration_id == ada.registration_id)
    )
    db.session.rollback()
    return lambda: change_choice(ada, attendee_id, event.categories["Member"], (), ATTENDEE)


def _growing(event):
    ada = target(factories.register(event, "Ada", category="Guest"))
    cleo = Person("Cleo", category_id=event.categories["Guest"])
    return lambda: add_people(ada, [cleo])


ACTS = {"register": _registering, "cancel": _cancelling, "change": _changing, "grow": _growing}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("is_full", [False, True])
def test_an_operation_costs_what_it_cost_before(page_app, name, is_full):
    event = make_event(capacity=10 if is_full else 10_000, categories={"Member": None, "Guest": 5_000})
    costs = []
    for number in range(1, MANY + 1):
        factories.register(event, f"Ada {number}", category="Guest")
        if number in (FEW, MANY):
            costs.append(cost(ACTS[name](event)))
    few, many = costs
    assert few > 0
    assert many < 1.5 * few, f"{few} instructions with {FEW} registrations, {many} with {MANY}"


def test_a_page_costs_what_it_cost_before(page_app, page_client):
    event = make_event(capacity=10_000)
    costs = []
    for number in range(1, MANY + 1):
        page, _ada = booked(event, f"Ada {number}", email=f"ada.{number}@example.org")
        if number in (FEW, MANY):
            costs.append(cost(lambda page=page: page_client.get(page)))
    few, many = costs
    assert many < 1.5 * few, f"{few} instructions with {FEW} registrations, {many} with {MANY}"
