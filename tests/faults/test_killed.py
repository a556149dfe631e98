"""Kill -9 before every statement, and before and after COMMIT: all or nothing, and the same again works."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from registration.booking.admission.services import register
from registration.booking.changes.cancel import cancel
from registration.booking.changes.offers import accept
from registration.booking.event_settings import capacity as capacities
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.seats import engine
from registration.seats import gate as gates
from registration.seats.models import Queue, Registration
from tests import factories
from tests.faults.killing import killed_at
from tests.faults.tables import IS_LONG, tell


def killed_everywhere(settings, act: str, prepare: Callable[[int], tuple], check: Callable[[], None]) -> int:
    """Kill *act* at every point until it ends, *check* after each, and count the kills.

    The short form takes every third point.
    """
    point, kills = 1, 0
    while killed_at(settings, act, prepare(point), point):
        db.session.remove()
        assert_doctor_finds_nothing()
        check()
        assert_doctor_finds_nothing()
        kills += 1
        point += 1 if IS_LONG else 3
    return kills


def assert_doctor_finds_nothing() -> None:
    assert [told for finding in examine(db.engine) for told in finding.sentences] == []


def numbers(*, mails: str = "") -> int:
    if mails:
        return db.session.scalar(select(func.count()).where(OutgoingMessage.kind == mails)) or 0
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def told(app, act: str, points: int) -> None:
    assert points > (10 if IS_LONG else 4)
    command = "pytest tests/faults/test_killed.py"
    tell("faults", f"kill -9: {act}", db.engine.dialect.name, f"{points} points", "nothing", f"`{command}`")


def test_registering(app, settings):
    event = factories.make_event(capacity=500)
    sent: list = []

    def prepare(_point: int) -> tuple:
        sent.append(factories.application(event))
        return (sent[-1],)

    def check() -> None:
        first, again = register(sent[-1]), register(sent[-1])
        assert first.token == again.token
        assert numbers() == len(sent) == numbers(mails="confirmed")

    told(app, "registering", killed_everywhere(settings, "register", prepare, check))


def test_cancelling_with_a_promotion(app, settings):
    event = factories.make_event(capacity=1)
    line = [factories.register(event)]

    def prepare(_point: int) -> tuple:
        line.append(factories.register(event))
        return (_plain(line[-2]),)

    def check() -> None:
        cancel(factories.target(line[-2]), ATTENDEE)
        assert factories.state(line[-2]) == "cancelled"
        assert factories.state(line[-1]) == "confirmed"
        assert numbers(mails="promoted") == numbers(mails="cancelled") == len(line) - 1

    told(app, "cancelling with a promotion", killed_everywhere(settings, "cancel", prepare, check))


def test_changing_the_capacity(app, settings):
    event = factories.make_event(capacity=0)
    pool_id = factories.pool(event).id
    line: list = []

    def prepare(_point: int) -> tuple:
        line.append(factories.register(event))
        return (event.id, pool_id, len(line))

    def check() -> None:
        change_capacity(event.id, pool_id, len(line), SYSTEM)
        assert factories.state(line[-1]) == "confirmed"
        assert numbers(mails="promoted") == len(line)

    told(app, "changing a capacity", killed_everywhere(settings, "change capacity", prepare, check))


def test_sweeping_a_promotion_that_was_cut_short(app, settings, monkeypatch):
    event = factories.make_event(capacity=0)
    pool_id = factories.pool(event).id
    line: list = []

    def prepare(_point: int) -> tuple:
        line.extend((factories.register(event), factories.register(event)))
        with monkeypatch.context() as patched:
            patched.setattr(engine, "PROMOTIONS", 1)
            terms = gates.Terms(len(line))
            write_tx(lambda session: capacities._change(session, event.id, pool_id, terms, SYSTEM, "", True))
        assert factories.state(line[-1]) == "waitlisted"
        return ()

    def check() -> None:
        sweep()
        assert factories.state(line[-1]) == "confirmed"
        assert numbers(mails="promoted") == len(line)

    told(app, "sweeping", killed_everywhere(settings, "sweep", prepare, check))


def test_accepting_an_offer(app, settings):
    event = factories.make_event(capacity=1)
    line = [factories.register(event)]
    write_tx(
        lambda session: session.execute(
            update(Queue).where(Queue.event_id == event.id).values(promotion="offer")
        )
    )

    def prepare(_point: int) -> tuple:
        line.append(factories.register(event))
        cancel(factories.target(line[-2]), ATTENDEE)
        assert factories.state(line[-1]) == "offered"
        return (_plain(line[-1]),)

    def check() -> None:
        accept(factories.target(line[-1]), ATTENDEE)
        accept(factories.target(line[-1]), ATTENDEE)
        assert factories.state(line[-1]) == "confirmed"
        assert factories.pool(event).taken == 1

    told(app, "accepting an offer", killed_everywhere(settings, "accept", prepare, check))


def _plain(registration: Registration) -> tuple[int, int, int]:
    return registration.event_id, registration.id, registration.booking_id


@pytest.mark.parametrize("point", [1, 5])
def test_a_point_is_a_real_end(app, settings, point):
    event = factories.make_event(capacity=5)
    assert killed_at(settings, "register", (factories.application(event),), point)
    assert numbers() == 0
