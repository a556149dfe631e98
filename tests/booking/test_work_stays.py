"""What an operation costs does not grow with the registrations: counted in SQLite's own instructions."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event as events
from sqlalchemy import select

from registration.booking.messages import send_link_again
from registration.booking.models import Attendee, Booking
from registration.booking.person import person_of, person_token
from registration.booking.rules import Person
from registration.booking.services.cancel import cancel
from registration.booking.services.party import add_people, change_choice
from registration.booking.services.register import register
from registration.booking.sweeper import sweep
from registration.core.database import db
from registration.doctor.examine import examine
from registration.journal.services import ATTENDEE
from registration.mail.worker import send_due
from registration.organiser.answers import answers_of
from tests import factories
from tests.booking.test_own_calendar import feed_in
from tests.booking.test_shared_answers import DIET
from tests.factories import application, make_event, registration_of, target

FEW, MANY = 20, 400
_STEP = 10


class Meter:
    """Counts the instructions that SQLite does, by statement."""

    def __init__(self) -> None:
        self.statement = ""
        self.counts: Counter[str] = Counter()

    def begin(self, statement: str) -> None:
        self.statement = statement

    def tick(self) -> int:
        self.counts[self.statement] += _STEP
        return 0


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what every connection of the application does."""
    meter = Meter()

    def watch(connection, _record) -> None:
        connection.set_progress_handler(meter.tick, _STEP)
        connection.set_trace_callback(meter.begin)

    db.session.remove()
    db.engine.dispose()
    events.listen(db.engine, "connect", watch)
    try:
        yield meter
    finally:
        events.remove(db.engine, "connect", watch)
        db.session.remove()
        db.engine.dispose()


def cost(act: Callable[[], object]) -> Counter[str]:
    """Return what each statement of *act* costs once everything is warm."""
    with metered() as meter:
        with db.engine.connect():
            pass
        meter.counts.clear()
        act()
        return meter.counts


def check_stays(few: Counter[str], many: Counter[str]) -> None:
    """Say which statements cost more if the sum does."""
    assert few.total() > 0
    assert many.total() < 1.5 * few.total(), (
        f"{few.total()} instructions with {FEW} registrations, {many.total()} with {MANY}: "
        f"{many.most_common(5)}"
    )


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
    check_stays(*costs)


def _page(token, _registration, client):
    return client.get(f"/bookings/{token}/")


def _feed(token, _registration, client):
    return client.get(feed_in(client.get(f"/bookings/{token}/").text))


def _own_feed(token, registration, client):
    ada = db.session.get_one(Booking, registration.booking_id)
    return client.get(f"/feeds/{person_token(db.session(), person_of(ada))}.ics")


def _answers(_token, registration, _client):
    return answers_of(db.session(), registration.id, with_sensitive=True)


def _address_again(_token, registration, _client):
    ada = db.session.get_one(Booking, registration.booking_id)
    return send_link_again(db.session(), [ada.email_normal], [registration.event_id])


def _sweeping(_token, _registration, _client):
    return sweep()


def _sending(_token, _registration, _client):
    return send_due()


LOOKS = {
    "page": _page,
    "feed of the booking": _feed,
    "feed of the person": _own_feed,
    "answers": _answers,
    "link again": _address_again,
    "sweeping": _sweeping,
    "sending": _sending,
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_costs_what_it_cost_before(page_app, page_client, name):
    event = make_event(capacity=10_000, questions=(DIET,))
    costs = []
    for number in range(1, MANY + 1):
        answers = ((event.questions[0], "vegan"),)
        receipt = register(
            application(event, f"Ada {number}", email=f"ada.{number}@example.org", answers=answers)
        )
        if number in (FEW, MANY):
            send_due()
            look = partial(LOOKS[name], receipt.token, registration_of(receipt), page_client)
            look()
            costs.append(cost(look))
    check_stays(*costs)


def test_the_doctor_of_one_event_does_not_walk_the_others(page_app):
    event, other = make_event(capacity=2), make_event(capacity=2, title="Other")
    factories.register(event, "Ada")
    costs = []
    for number in range(1, MANY + 1):
        factories.register(other, f"Ben {number}")
        if number in (FEW, MANY):
            costs.append(cost(lambda: examine(db.engine, event.slug)))
    check_stays(*costs)
