"""An edit that a calendar does not show leaves its bytes, tag and DTSTAMP; one that it shows moves them."""

from datetime import timedelta

import pytest

from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.capability.services import FEED, token_of
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.ical.services import store_entries
from registration.journal.services import SYSTEM
from registration.organiser.mailing import services as mailing
from registration.organiser.mailing.mail_texts import save_text
from registration.organiser.questions import services as questions
from tests import factories
from tests.booking.arranging import fields_in
from tests.factories import make_event


@pytest.fixture
def event(page_app, owner):
    made = make_event(capacity=1)
    factories.register(made, "Ada", email="ada@example.org")
    factories.register(made, "Ben", email="ben@example.org")
    return made


def edit(client, event, **changed):
    address = f"/organiser/events/{event.slug}/edit"
    fields = fields_in(client.get(address).text) | {"tell": "no"} | changed
    assert client.post(address, data=fields).status_code == 303


def opens(client, event):
    edit(client, event, opens_at="2026-01-05T09:00", closes_at="")


def question(client, event):
    questions.ask(event.id, QuestionFacts("Shoe size"), SYSTEM)


def capacity(client, event):
    change_capacity(event.id, factories.pool(event).id, 1, SYSTEM)


def mail_text(client, event):
    save_text(event.organiser_id, "moved", "en", "Hello", "Hello", actor=SYSTEM)


def choices(client, event):
    mailing.choose(event.id, 3, attaches_ticket=True)


def description(client, event):
    edit(client, event, description="In the great hall")


def seats_shown(client, event):
    edit(client, event, has_waitlist="y")


def title(client, event):
    edit(client, event, title="Renamed")


def summary(client, event):
    edit(client, event, summary="In one sentence")


def venue(client, event):
    edit(client, event, venue="Flagey")


def hour(client, event):
    edit(client, event, time_zone="Europe/London")


def online(client, event):
    edit(client, event, online_url="https://example.org/room")


def session(client, event):
    starts = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    add_session(event.id, SessionFacts("Codes", starts, starts + timedelta(hours=1)), SYSTEM)


def calendars(client, event):
    """Return what each calendar says: the public feed, and that of Ada's booking."""
    store_entries()
    db.session.rollback()
    token = write_tx(lambda writing: token_of(writing, 1, FEED))
    found = {}
    for name, address in (("public", "/calendar.ics"), ("own", f"/feeds/{token}.ics")):
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[name] = (answer.data, answer.headers["ETag"])
    return found


@pytest.mark.parametrize("act", [opens, question, capacity, mail_text, choices, description, seats_shown])
def test_what_no_calendar_shows_moves_none(owner, event, act):
    before = calendars(owner, event)
    act(owner, event)
    assert calendars(owner, event) == before


@pytest.mark.parametrize("act", [title, summary, venue, hour])
def test_what_calendars_show_moves_them(owner, event, act):
    before = calendars(owner, event)
    act(owner, event)
    after = calendars(owner, event)
    for name in before:
        same = [one for one, other in zip(before[name], after[name], strict=True) if one == other]
        assert same == [], name


@pytest.mark.parametrize("act", [online, session])
def test_what_only_its_people_see_moves_theirs_alone(owner, event, act):
    before = calendars(owner, event)
    act(owner, event)
    after = calendars(owner, event)
    assert after["public"] == before["public"]
    assert after["own"][1] != before["own"][1]


def test_an_edit_that_changes_nothing_moves_nothing(owner, event):
    before = calendars(owner, event)
    edit(owner, event)
    assert calendars(owner, event) == before
