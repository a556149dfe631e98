"""One form for several events: seats in all of them, or each for itself."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from registration.booking.admission.services import NotTogether, register
from registration.booking.rules import Wish
from registration.core.database import db
from registration.seats import engine
from registration.seats.models import Registration
from tests import factories
from tests.factories import application, pool


def for_both(first, second, **values):
    asked = application(first, "Ada", party=2, **values)
    return replace(asked, wishes=(*asked.wishes, Wish(second.id, asked.wishes[0].people)))


@pytest.fixture
def workshop(app, make_event):
    made = make_event(capacity=2, title="Workshop")
    factories.register(made, "Ben")
    return made


@pytest.fixture
def meeting(app, make_event):
    return make_event(capacity=5, title="Meeting")


def test_each_for_itself_may_end_in_a_seat_here_and_a_wait_there(workshop, meeting):
    register(for_both(workshop, meeting))
    hers = select(Registration.event_id, Registration.state).where(Registration.size == 2)
    states = dict(db.session.execute(hers).all())
    assert states == {workshop.id: "waitlisted", meeting.id: "confirmed"}


def test_together_gives_nothing_where_one_event_is_full(workshop, meeting):
    with pytest.raises(NotTogether):
        register(replace(for_both(workshop, meeting), together=True))
    assert db.session.scalar(select(func.count()).where(Registration.size == 2)) == 0
    assert pool(meeting).taken == 0


def test_together_gives_seats_in_all_events_that_have_room(meeting, make_event):
    dinner = make_event(capacity=2, title="Dinner")
    register(replace(for_both(meeting, dinner), together=True))
    assert set(db.session.scalars(select(Registration.state))) == {"confirmed"}


def test_whether_a_party_sits_is_asked_once_before_the_engine_decides(meeting, make_event, monkeypatch):
    asked, would_sit = [], engine.would_sit

    def counting(session, gate, claim):
        asked.append(gate.event_id)
        return would_sit(session, gate, claim)

    monkeypatch.setattr(engine, "would_sit", counting)
    dinner = make_event(capacity=2, title="Dinner")
    register(replace(for_both(meeting, dinner), together=True))
    assert sorted(asked) == sorted([meeting.id, dinner.id] * 2)
