"""A reminder and a text of the organiser's own stand in the entries of those who have a seat alone."""

import re

import pytest
from sqlalchemy import select

from registration.capability.services import FEED, token_of
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.ical.services import store_entries
from tests import factories
from tests.booking.arranging import fields_in, sent
from tests.factories import make_event
from tests.ical.checker import check_calendar


@pytest.fixture
def event(page_app, owner):
    """Ada has the seat, Ben waits."""
    made = make_event(capacity=1)
    factories.register(made, "Ada", email="ada@example.org")
    factories.register(made, "Ben", email="ben@example.org")
    sent()
    return made


def choose(client, event, **typed):
    address = f"/organiser/events/{event.slug}/messages/choices"
    return client.post(address, data=fields_in(client.get(address).text) | typed)


def own_feed(client, booking_id):
    token = write_tx(lambda session: token_of(session, booking_id, FEED))
    answer = client.get(f"/feeds/{token}.ics")
    assert check_calendar(answer.data) == []
    return re.sub(r"\r\n[ \t]", "", answer.text)


@pytest.mark.parametrize(
    ("before", "unit", "trigger"), [("30", "1", "-PT30M"), ("2", "60", "-PT2H"), ("1", "1440", "-P1D")]
)
def test_calendars_remind_those_with_a_seat_as_the_organiser_says(owner, event, before, unit, trigger):
    assert choose(owner, event, alarm_before=before, alarm_unit=unit).status_code == 303
    mine = own_feed(owner, 1)
    alarm = re.search(r"BEGIN:VALARM\r\n(.*?)END:VALARM", mine, re.DOTALL)
    assert alarm is not None
    assert set(alarm[1].split()[0:1]) == {"ACTION:DISPLAY"}
    assert f"TRIGGER:{trigger}" in alarm[1]
    assert "DESCRIPTION:Workshop on nomenclatures" in alarm[1]
    assert "VALARM" not in own_feed(owner, 2)
    store_entries()
    assert "VALARM" not in owner.get("/calendar.ics").text
    shown = fields_in(owner.get(f"/organiser/events/{event.slug}/messages/choices").text)
    assert (shown["alarm_before"], shown["alarm_unit"]) == (before, unit)


def test_the_text_stands_with_a_seat_alone(owner, event):
    public = owner.get("/calendar.ics").data
    tag = own_feed(owner, 1)
    assert (
        choose(owner, event, calendar_note="Bring your badge, please; it opens the door.").status_code == 303
    )
    assert "Bring your badge\\, please\\; it opens the door." in own_feed(owner, 1)
    assert own_feed(owner, 1) != tag
    assert "badge" not in own_feed(owner, 2)
    assert owner.get("/calendar.ics").data == public


def test_without_a_choice_there_is_neither(owner, event):
    assert "VALARM" not in own_feed(owner, 1)
    db.session.rollback()
    assert db.session.execute(select(Event.alarm_minutes, Event.calendar_note)).one() == (None, "")


@pytest.mark.parametrize("typed", ["61", "-1", "soon", "1.5"])
def test_another_number_is_refused_at_its_field(owner, event, typed):
    answer = choose(owner, event, alarm_before=typed, calendar_note="Kept as typed")
    assert answer.status_code == 422
    assert "Kept as typed" in answer.text
