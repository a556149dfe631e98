"""Those admitted in one transaction are admitted in turn: nobody passes one who began to wait in it."""

from dataclasses import replace

import pytest

from registration.booking.admission.batch import AdmissionBatch
from registration.booking.admission.services import register
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.seats import gate as gates
from registration.seats.models import Registration
from tests import factories
from tests.factories import application
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")
PRESS_IS_FULL = {"capacity": 5, "categories": {"Press": 1, "Guest": None}}


def together(event, *asked):
    """Admit all of *asked* in one transaction, as those who press at the same moment."""

    def work(session):
        with gates.all_locked(session, [event.id]) as locked:
            return list(AdmissionBatch(session, locked, asked, ATTENDEE).answers())

    write_tx(work)


def states(event) -> list[str]:
    db.session.rollback()
    rows = db.session.query(Registration.state).filter_by(event_id=event.id)
    found = [row.state for row in rows.order_by(Registration.place, Registration.part)]
    db.session.rollback()
    return found


@pytest.mark.parametrize("terms", [{"policy": "strict"}, {"line": {"promotion": "manual"}}])
def test_who_comes_after_the_first_to_wait_waits_too(make_event, terms):
    # The one seat that is free is reserved for the first to wait.
    event = make_event(**PRESS_IS_FULL | {"capacity": 2}, **terms)
    factories.register(event, "Ada", category="Press")
    together(event, application(event, "Ben", category="Press"), application(event, "Cleo", category="Guest"))
    assert states(event) == ["confirmed", "waitlisted", "waitlisted"]
    assert_sound()


@pytest.mark.parametrize("policy", ["first_fit", "strict"])
def test_whoever_fits_sits_where_that_delays_nobody(make_event, policy):
    event = make_event(**PRESS_IS_FULL, policy=policy)
    factories.register(event, "Ada", category="Press")
    together(event, application(event, "Ben", category="Press"), application(event, "Cleo", category="Guest"))
    assert states(event) == ["confirmed", "waitlisted", "confirmed"]
    assert_sound()


def test_in_a_party_that_may_come_in_part_nobody_passes_another(make_event):
    event = make_event(**PRESS_IS_FULL | {"capacity": 2}, policy="strict")
    factories.register(event, "Ada", category="Press")
    asked = application(event, "Ben", party=2, category="Press", flexible=True)
    first, second = asked.wishes[0].people
    second = replace(second, category_id=event.categories["Guest"])
    register(replace(asked, wishes=(replace(asked.wishes[0], people=(first, second)),)))
    assert states(event) == ["confirmed", "waitlisted", "waitlisted"]
    assert_sound()
