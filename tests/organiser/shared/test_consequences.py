"""What an act tells many people is shown first: whom, in which words, and what their calendars do."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from registration.booking.admission.services import register as register_application
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.models import AttendeeSession
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, EventText
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from tests import factories
from tests.booking.arranging import fields_in, sent
from tests.factories import make_event


def queued():
    db.session.rollback()
    query = select(OutgoingMessage.kind, OutgoingMessage.to_email).order_by(OutgoingMessage.id)
    return [tuple(row) for row in db.session.execute(query.where(OutgoingMessage.state == "pending"))]


@pytest.fixture
def event(page_app, owner):
    """Ada has two seats, one for Ben at an address of his own; Cleo waits, and reads French."""
    made = make_event(capacity=2, title="Workshop")
    write_tx(lambda session: session.add(EventText(event_id=made.id, locale="fr", title="Atelier")))
    asked = factories.application(made, "Ada", "ada@example.org", party=2)
    [wish] = asked.wishes
    ben = replace(wish.people[1], name="Ben", email="ben@example.org")
    register_application(replace(asked, wishes=(replace(wish, people=(wish.people[0], ben)),)))
    register_application(replace(factories.application(made, "Cleo", "cleo@example.org"), locale="fr"))
    sent()
    return made


def office(event, page="edit"):
    return f"/organiser/events/{event.slug}/{page}"


def edit(client, event, **changed):
    address = office(event)
    return client.post(address, data=fields_in(client.get(address).text) | changed)


def press(client, address, page, value):
    """Press the button of *page* that says *value*, with all that its form carries."""
    [inside] = re.findall(r'<form method="post" class="form" id="form">(.*?)</form>', page.text, re.DOTALL)
    assert f'name="tell" value="{value}"' in inside
    carried = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', inside)
    return client.post(address, data={name: unescape(said) for name, said in carried} | {"tell": value})


def stored(event):
    db.session.rollback()
    return db.session.execute(
        select(Event.venue, Event.sequence, Event.status).where(Event.id == event.id)
    ).one()


def test_moving_an_event_first_shows_whom_it_tells_what(owner, event):
    before = stored(event)
    asked = edit(owner, event, venue="Flagey", title="Workshop & more")
    assert asked.status_code == 409
    assert (stored(event), queued()) == (before, [])
    assert "This tells 3 people" in asked.text
    counts = dict(re.findall(r'data-told="(\w+)">(\d+)<', asked.text))
    assert counts == {"seated": "1", "waiting": "1", "own": "1"}
    # With the new words, each in the language of its reader, and those who wait in words of their own.
    assert "New venue: Workshop &amp; more" in asked.text
    assert "Somebody registered you for this event." in asked.text
    assert "<bdi>Nouveau lieu" in asked.text
    assert "Atelier" in asked.text
    assert re.search(r"liste d.attente", unescape(asked.text))
    assert "Your registration stays as it is." in asked.text
    assert asked.text.count("Flagey") > 3
    assert "tentative" in asked.text
    assert not re.search(r"/bookings/(?!link)|/feeds/|/addresses/", asked.text)


def test_they_are_told_as_it_was_shown(owner, event):
    before = stored(event)
    asked = edit(owner, event, venue="Flagey")
    answer = press(owner, office(event), asked, "yes")
    assert answer.status_code == 303
    assert [kind for kind, _to in queued()] == ["moved"] * 3
    assert (stored(event).venue, stored(event).sequence) == ("Flagey", before.sequence + 1)
    page = owner.get(answer.location).text
    assert "3 people are told by mail" in page
    subjects = [mail["subject"] for _to, mail in sent()]
    assert all(unescape(asked.text).count(str(subject)) for subject in subjects)


def test_saving_without_telling_moves_pages_and_calendars(owner, event):
    feed = "/calendar.ics"
    before, tag = stored(event), owner.get(feed).headers["ETag"]
    answer = press(owner, office(event), edit(owner, event, venue="Flagey"), "no")
    assert (answer.status_code, queued()) == (303, [])
    assert stored(event).sequence == before.sequence + 1
    now = owner.get(feed)
    assert now.headers["ETag"] != tag
    assert "LOCATION:Flagey" in now.text
    assert "Nobody is told by mail" in owner.get(answer.location).text


def test_going_back_loses_nothing_that_was_typed(owner, event):
    before = stored(event)
    typed = {"venue": 'Flagey "5" <&>', "description": "First\n\nSecond", "street": "Place Sainte-Croix"}
    asked = edit(owner, event, **typed)
    back = press(owner, office(event), asked, "back")
    assert (back.status_code, queued(), stored(event)) == (422, [], before)
    fields = {name: unescape(said) for name, said in fields_in(back.text).items()}
    assert {name: fields[name].replace("\r\n", "\n").strip() for name in typed} == typed
    assert owner.post(office(event), data=fields).status_code == 409


def test_a_colleague_who_saved_meanwhile_is_not_overwritten(owner, event):
    asked = edit(owner, event, venue="Flagey")
    write_tx(lambda session: session.execute(update(Event).values(venue="Bozar")))
    answer = press(owner, office(event), asked, "yes")
    assert (answer.status_code, queued()) == (409, [])
    assert "Somebody else has saved this" in answer.text


def test_nobody_is_asked_where_nobody_would_be_told(owner, page_app):
    empty = make_event()
    assert edit(owner, empty, venue="Flagey").status_code == 303
    cancelled = owner.post(
        office(empty, "cancel"), data=fields_in(owner.get(office(empty, "cancel")).text) | {"sure": "y"}
    )
    assert cancelled.status_code == 303


def test_words_alone_are_saved_at_once(owner, event):
    assert edit(owner, event, title="Renamed", shows_seats="y").status_code == 303
    assert queued() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"street": "Place Sainte-Croix"},
        {"city": "Gent"},
        {"time_zone": "Europe/London"},
        {"all_day": "y"},
    ],
)
def test_each_change_of_when_and_where_asks(owner, event, changed):
    assert edit(owner, event, **changed).status_code == 409


def test_cancelling_an_event_asks_and_can_be_silent(owner, event):
    address = office(event, "cancel")
    typed = fields_in(owner.get(address).text) | {"sure": "y", "reason": "Strike"}
    asked = owner.post(address, data=typed)
    assert (asked.status_code, stored(event).status, queued()) == (409, "published", [])
    assert "The organiser gave this reason: Strike" in asked.text
    assert "The mail cancels the entry" in asked.text
    back = press(owner, address, asked, "back")
    assert (back.status_code, 'value="Strike"' in back.text) == (422, True)
    assert press(owner, address, asked, "no").status_code == 303
    assert (stored(event).status, queued()) == ("cancelled", [])


def test_a_session_at_another_time_asks(owner, event):
    starts = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    part = add_session(event.id, SessionFacts("Codes", starts, starts + timedelta(hours=1)), SYSTEM)
    write_tx(lambda session: session.add(AttendeeSession(attendee_id=1, session_id=part)))
    address = office(event, f"sessions/{part}")
    fields = fields_in(owner.get(address).text)
    later = fields["ends_at"][:-2] + "30"
    asked = owner.post(address, data=fields | {"ends_at": later})
    assert (asked.status_code, queued()) == (409, [])
    assert "New time of Codes" in asked.text
    back = press(owner, address, asked, "back")
    assert (back.status_code, later in back.text) == (422, True)
    assert press(owner, address, asked, "yes").status_code == 303
    assert {kind for kind, _to in queued()} == {"session_moved"}
