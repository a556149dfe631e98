"""What an operation costs does not grow with the registrations: counted in SQLite's own instructions."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event as events
from sqlalchemy import select

from registration.booking.admission.services import register
from registration.booking.calendar.owner import owner_of, owner_token
from registration.booking.changes.attendance import check_in
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import merge
from registration.booking.changes.move import move
from registration.booking.changes.party import add_people, change_choice
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.models import Attendee, Booking
from registration.booking.notifications.notify import send_link_again
from registration.booking.rules import Person
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.doctor.examine import examine
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.worker import send_due
from registration.organiser.attendees.answers import answers_of
from registration.seating.explain import why_registration
from registration.seats import rules
from registration.seats.models import Registration
from tests import factories
from tests.booking.answers.test_shared_answers import DIET
from tests.booking.calendar.test_own_calendar import feed_in
from tests.factories import application, make_event, registration_of, target

FEW, MANY = 20, 400
_STEP = 10
# A row for each registration costs more than this between FEW and MANY.
_LITTLE = 100


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


def grown(few: Counter[str], many: Counter[str]) -> list[tuple[str, int]]:
    """Return the dearest statements if all of them cost half more with many than with few."""
    assert few.total() > 0
    return many.most_common(3) if many.total() > 1.5 * few.total() + _LITTLE else []


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


def _moving(event):
    ada = target(factories.register(event, "Ada", category="Guest"))
    other = make_event(title="Repeated")
    [attendee_id] = db.session.scalars(
        select(Attendee.id).where(Attendee.registration_id == ada.registration_id)
    )
    db.session.rollback()
    return lambda: move(ada, other.id, {attendee_id: None})


def _merging(event):
    ada, twice = (target(factories.register(event, name, category="Guest")) for name in ("Ada", "Ada B."))
    return lambda: merge(ada, twice, SYSTEM)


def _raising(event):
    pool = factories.pool(event)
    return partial(change_capacity, event.id, pool.id, pool.wanted + 1, SYSTEM)


ACTS = {
    "register": _registering,
    "cancel": _cancelling,
    "change": _changing,
    "grow": _growing,
    "move": _moving,
    "merge": _merging,
    "raise the capacity": _raising,
}


@pytest.mark.parametrize("policy", [rules.FIRST_FIT, rules.STRICT])
@pytest.mark.parametrize("is_full", [False, True])
def test_an_operation_costs_what_it_cost_before(page_app, is_full, policy):
    event = make_event(
        capacity=10 if is_full else 10_000, categories={"Member": None, "Guest": 5_000}, policy=policy
    )
    costs = []
    for number in range(1, MANY + 1):
        factories.register(event, f"Ada {number}", category="Guest")
        if number in (FEW, MANY):
            costs.append({name: cost(act(event)) for name, act in ACTS.items()})
    few, many = costs
    assert {name: grown(few[name], many[name]) for name in ACTS} == {name: [] for name in ACTS}


def test_a_newcomer_of_a_strict_line_costs_the_same_however_many_wait(page_app):
    event = make_event(capacity=10_000, categories={"Press": 1, "Guest": None}, policy=rules.STRICT)
    factories.register(event, "Ada", category="Press")
    costs = []
    for number in range(1, MANY + 1):
        waits = factories.register(event, f"Ben {number}", category="Press")
        if number in (FEW, MANY):
            costs.append(cost(_registering(event)))
    assert factories.state(waits) == "waitlisted"
    assert factories.pool(event).taken == 3
    assert grown(*costs) == []


def _page(token, _ada, client):
    return client.get(f"/bookings/{token}/")


def _feed(token, _ada, client):
    return client.get(feed_in(client.get(f"/bookings/{token}/").text))


def _own_feed(_token, ada, client):
    booked = db.session.get_one(Booking, ada.booking_id)
    return client.get(f"/feeds/{owner_token(db.session(), owner_of(booked))}.ics")


def _answers(_token, ada, _client):
    return answers_of(db.session(), ada.registration_id, with_sensitive=True)


def _address_again(_token, ada, _client):
    booked = db.session.get_one(Booking, ada.booking_id)
    return send_link_again(db.session(), [booked.email_normal], [ada.event_id])


def _sweeping(_token, _ada, _client):
    return sweep()


def _sending(_token, _ada, _client):
    return send_due()


def _coming_in(_token, ada, _client):
    attendee_id = db.session.scalar(
        select(Attendee.id).where(Attendee.registration_id == ada.registration_id)
    )
    db.session.rollback()
    check_in(ada.event_id, attendee_id, is_in=True, actor=SYSTEM)


def _explaining(_token, ada, _client):
    registration = db.session.get_one(Registration, ada.registration_id)
    return why_registration(db.session(), registration)


LOOKS = {
    "coming in": _coming_in,
    "explaining": _explaining,
    "page": _page,
    "feed of the booking": _feed,
    "feed of the person": _own_feed,
    "answers": _answers,
    "link again": _address_again,
    "sweeping": _sweeping,
    "sending": _sending,
}


def test_a_look_costs_what_it_cost_before(page_app, page_client):
    event = make_event(capacity=10_000, questions=(DIET,))
    costs = []
    for number in range(1, MANY + 1):
        answers = ((event.questions[0], "vegan"),)
        receipt = register(
            application(event, f"Ada {number}", email=f"ada.{number}@example.org", answers=answers)
        )
        if number in (FEW, MANY):
            send_due()
            looks = {
                name: partial(look, receipt.token, target(registration_of(receipt)), page_client)
                for name, look in LOOKS.items()
            }
            for look in looks.values():
                look()
            costs.append({name: cost(look) for name, look in looks.items()})
    few, many = costs
    assert {name: grown(few[name], many[name]) for name in LOOKS} == {name: [] for name in LOOKS}


def test_the_doctor_of_one_event_does_not_walk_the_others(page_app):
    event, other = make_event(capacity=2), make_event(capacity=2, title="Other")
    factories.register(event, "Ada")
    costs = []
    for number in range(1, MANY + 1):
        factories.register(other, f"Ben {number}")
        if number in (FEW, MANY):
            costs.append(cost(lambda: examine(db.engine, event.slug)))
    assert grown(*costs) == []
