"""What the key of a form does: what is asked for happens once, and other answers are asked about."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registration.booking.models import Attendee
from registration.booking.tasks import cleanup
from registration.capability.services import BOOKING, find, renew, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.submissions import SentForm
from registration.core.transaction import write_tx
from registration.events.models import Category, Event
from registration.web.guards import action_key
from tests import factories
from tests.booking.views.test_register_page import filled, path
from tests.factories import make_event, sign_in, token_in


def counted(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def event(app):
    return make_event(capacity=9, categories={"Member": None})


@pytest.fixture
def booked(event):
    seat = factories.register(event, "Ada", email="ada@example.org", category="Member")
    token = token_of(db.session(), seat.booking_id, BOOKING)
    db.session.rollback()
    return seat, token


def one_more(booked, event, name: str, key: str) -> tuple[str, dict[str, str]]:
    seat, token = booked
    data = {"key": action_key(f"booking:{token}"), "name": name, "category": str(event.categories["Member"])}
    return f"/bookings/{token}/registrations/{seat.id}/attendees/add", data | {"submit_key": key}


def test_two_presses_at_the_same_moment_are_one(app, event, booked):
    address, data = one_more(booked, event, "Cleo", "one press")
    gate, answers = threading.Barrier(4), []

    def press() -> None:
        client = app.test_client()
        gate.wait()
        answers.append(client.post(address, data=data))

    threads = [threading.Thread(target=press) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(one.status_code, one.location) for one in answers} == {(303, f"/bookings/{booked[1]}/")}
    assert counted(Attendee) == 2


def test_without_a_key_a_form_is_done_as_often_as_it_is_sent(client, event, booked):
    address, data = one_more(booked, event, "Cleo", "")
    assert [client.post(address, data=data).status_code for _one in range(2)] == [303, 303]
    assert counted(Attendee) == 3


def test_what_was_refused_has_used_no_key(client, event, booked):
    address, data = one_more(booked, event, "", "one form")
    assert client.post(address, data=data).status_code == 422
    address, data = one_more(booked, event, "Cleo", "one form")
    assert client.post(address, data=data).status_code == 303
    assert counted(Attendee) == 2


def test_what_makes_something_asks_when_it_comes_again_with_other_answers(client, event, booked):
    address, data = one_more(booked, event, "Cleo", "one form")
    client.post(address, data=data)
    page = client.post(address, data=data | {"name": "Dora"})
    assert page.status_code == 409
    assert counted(Attendee) == 2
    assert f'href="/bookings/{booked[1]}/"' in page.text
    again = {name: token_in(page.text, name) for name in ("submit_key", "name", "key", "category")}
    assert (again["name"], again["submit_key"] != "one form") == ("Dora", True)
    assert client.post(address, data=again).status_code == 303
    assert counted(Attendee) == 3


def test_a_key_is_of_one_address_and_says_nothing_at_another(client, event, booked):
    other = factories.register(event, "Ben", category="Member")
    token = token_of(db.session(), other.booking_id, BOOKING)
    db.session.rollback()
    for one in (booked, (other, token)):
        address, data = one_more(one, event, "Cleo", "the same key")
        assert client.post(address, data=data).location == f"/bookings/{one[1]}/"
    assert counted(Attendee) == 4


def test_the_table_holds_no_link_and_no_name(client, event, booked):
    address, data = one_more(booked, event, "Cleo", "one form")
    client.post(address, data=data)
    db.session.rollback()
    row = db.session.scalars(select(SentForm)).one()
    told = " ".join(str(value) for value in vars(row).values())
    assert row.location
    assert not re.search(f"{booked[1]}|Cleo|one form|/bookings", told)


def test_keys_are_forgotten_once_their_forms_are_too_old(app, client, event, booked):
    address, data = one_more(booked, event, "Cleo", "one form")
    client.post(address, data=data)
    cleanup.tidy()
    assert counted(SentForm) == 1
    app.extensions.pop("registration_tidied_at")
    later = clock.now() + timedelta(hours=app.config["FORM_HOURS"] + 2)
    with clock.running(lambda: later):
        cleanup.tidy()
    assert counted(SentForm) == 0


def test_an_edit_with_other_answers_is_another_edit(client, event):
    sign_in(client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    address = f"/organiser/events/{event.slug}/edit/categories/{event.categories['Member']}"
    page = client.get(address).text
    data = {"csrf_token": token_in(page), "submit_key": token_in(page, "submit_key"), "name": "Member"}
    for hint in ("First", "First", "Second"):
        assert client.post(address, data=data | {"hint": hint}).status_code == 303
    assert db.session.scalar(select(Category.hint)) == "Second"


def test_back_another_title_and_create_asks_first(client, event):
    sign_in(client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    address = "/organiser/organisers/ditta/events/new"
    page = client.get(address).text
    data = {
        "csrf_token": token_in(page),
        "submit_key": token_in(page, "submit_key"),
        "title": "Spring",
        "starts_at": "2027-03-01T10:00",
        "ends_at": "2027-03-01T12:00",
        "time_zone": "Europe/Brussels",
        "capacity": "9",
        "locale": "en",
        "policy": "first_fit",
        "status": "draft",
    }
    first = client.post(address, data=data)
    assert client.post(address, data=data).location == first.location
    asked = client.post(address, data=data | {"title": "Autumn"})
    assert (asked.status_code, counted(Event)) == (409, 2)
    assert f'href="{first.location}"' in asked.text
    again = data | {name: token_in(asked.text, name) for name in ("submit_key", "csrf_token", "title")}
    assert client.post(address, data=again).status_code == 303
    assert counted(Event) == 3


def test_back_another_name_and_register_gives_two_ways_on(client, event):
    data = filled(client, event)
    first = client.post(path(event), data=data)
    other = data | {"name": "Ben", "email": "ben@example.org"}
    page = client.post(path(event), data=other)
    assert page.status_code == 409
    assert f'href="{first.location.split("?")[0]}"' in page.text
    assert "Register someone else" in page.text
    key = token_in(page.text, "submit_key")
    assert key != data["submit_key"]
    second = client.post(path(event), data=other | {"submit_key": key})
    assert second.status_code == 303
    assert second.location != first.location


def test_the_link_of_a_confirmed_mailbox_goes_there_by_mail_alone(client, event):
    data = filled(client, event)
    first = client.post(path(event), data=data)
    token = first.location.split("/")[2]
    capability = find(db.session(), token, BOOKING)
    booking_id = capability.subject_id
    write_tx(lambda session: renew(session, booking_id, BOOKING))
    page = client.post(path(event), data=data | {"name": "Ben", "email": "ben@example.org"})
    assert page.status_code == 409
    assert 'href="/bookings/link"' in page.text
    new = token_of(db.session(), booking_id, BOOKING)
    assert token not in page.text
    assert new not in page.text
