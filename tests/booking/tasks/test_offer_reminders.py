"""An offer is reminded of once, in its last quarter."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registration.booking.changes.cancel import cancel
from registration.booking.changes.offers import accept
from registration.booking.tasks.offer_reminders import remind_offers
from registration.core import clock
from registration.core.database import db
from registration.journal.services import ATTENDEE
from registration.mail.models import OutgoingMessage
from tests import factories
from tests.factories import state, target

pytestmark = pytest.mark.usefixtures("app")


def reminders() -> int:
    db.session.rollback()
    query = select(func.count()).where(OutgoingMessage.kind == "offer_reminder")
    return int(db.session.scalar(query) or 0)


def later_by(span: timedelta):
    at = clock.now() + span
    return clock.running(lambda: at)


@pytest.fixture
def offered(make_event):
    event = make_event(capacity=1, line={"promotion": "offer", "offer_hours": 12})
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "offered"
    return ben


def test_it_is_reminded_of_once_in_its_last_quarter(offered):
    assert remind_offers() == 0
    with later_by(timedelta(hours=9, minutes=1)):
        assert (remind_offers(), remind_offers()) == (1, 0)
    assert reminders() == 1


def test_who_has_answered_is_not_reminded(offered):
    accept(target(offered), ATTENDEE)
    with later_by(timedelta(hours=10)):
        assert remind_offers() == 0


def test_an_offer_that_has_ended_is_not_reminded_of(offered):
    with later_by(timedelta(hours=13)):
        assert remind_offers() == 0
