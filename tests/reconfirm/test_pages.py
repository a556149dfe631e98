"""The question on the booking's page, and what the organiser sees of the answers."""

from datetime import timedelta
from pathlib import Path

import pytest

from registration.booking.admission.services import register
from registration.core import clock
from registration.core.database import db
from registration.events.models import Event
from registration.journal.services import SYSTEM
from registration.mail.worker import send_due
from registration.reconfirm.chores import reconfirm
from registration.reconfirm.services import plan
from tests import factories
from tests.factories import application, make_event, registration_of, sign_in, state, token_in

DAY = timedelta(days=1)


@pytest.fixture
def event(page_app):
    made = make_event(capacity=2, starts_in=30 * DAY)
    plan(made.id, 14, 7, frees_seat=True, actor=SYSTEM)
    return made


@pytest.fixture
def booked(event):
    """Ada's link and registration, when she has been asked."""
    receipt = register(application(event, "Ada", email="ada@example.org", party=2))
    at = db.session.get_one(Event, event.id).starts_at - 14 * DAY
    with clock.running(lambda: at):
        reconfirm()
    return receipt.token, registration_of(receipt)


def press(client, token, registration, **data):
    key = token_in(client.get(f"/bookings/{token}/").text, "key")
    address = f"/bookings/{token}/registrations/{registration.id}/reconfirm"
    return client.post(address, data={"key": key} | data)


def test_the_page_asks_until_when_and_says_what_silence_means(page_client, booked):
    page = page_client.get(f"/bookings/{booked[0]}/").text
    assert "Are all 2 of you still coming?" in page
    assert "Please answer by" in page
    assert "If you do not answer, your seats go to someone else." in page


def test_yes_is_noted_and_shown(page_client, booked):
    token, ada = booked
    assert press(page_client, token, ada, answer="yes").status_code == 303
    page = page_client.get(f"/bookings/{token}/").text
    assert "You said you are coming." in page
    assert "Yes, we are coming" not in page
    assert state(ada) == "confirmed"


def test_no_gives_the_seats_back(page_client, booked):
    token, ada = booked
    assert press(page_client, token, ada, answer="no").status_code == 303
    assert state(ada) == "cancelled"
    assert "still coming" not in page_client.get(f"/bookings/{token}/").text


@pytest.mark.parametrize(("data", "status"), [({"answer": "maybe"}, 422), ({}, 422), ({"key": "x"}, 400)])
def test_what_is_no_answer_changes_nothing(page_client, booked, data, status):
    token, ada = booked
    assert press(page_client, token, ada, **data).status_code == status
    assert "Yes, we are coming" in page_client.get(f"/bookings/{token}/").text
    assert state(ada) == "confirmed"


def test_nobody_answers_for_another(page_client, event, booked):
    _token, ada = booked
    other = register(application(make_event(), "Ben")).token
    assert press(page_client, other, ada, answer="no").status_code == 404
    assert state(ada) == "confirmed"


def test_looking_answers_nothing_and_who_was_not_asked_sees_no_question(page_client, event, booked):
    address = f"/bookings/{booked[0]}/registrations/{booked[1].id}/reconfirm"
    assert page_client.get(address).status_code == 405
    ben = register(application(make_event(), "Ben")).token
    assert "still coming" not in page_client.get(f"/bookings/{ben}/").text


def test_the_mail_leads_to_the_question(page_app, event, booked):
    token, _ada = booked
    at = db.session.get_one(Event, event.id).starts_at - 14 * DAY
    with clock.running(lambda: at):
        send_due()
    folder = Path(page_app.config["MAIL_URL"].removeprefix("file://"))
    mails = [path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.eml"))]
    mail = next(one for one in mails if "Are you still coming?" in one.replace("\n ", " "))
    assert f"/bookings/{token}/" in mail.replace("=\n", "")


@pytest.fixture
def office(page_client):
    sign_in(page_client, "boss@example.org", factories.make_account("boss@example.org", "manager"))
    return page_client


def save(client, event, **values):
    address = f"/organiser/events/{event.slug}/reconfirmation/plan"
    data = {"csrf_token": token_in(client.get(address).text), "asks_days": "10", "answer_days": "5"}
    return client.post(address, data=data | values)


def test_the_organiser_sees_who_answered_what(office, event, booked):
    address = f"/organiser/events/{event.slug}/reconfirmation"
    assert "no answer yet" in office.get(address).text
    press(office, *booked, answer="yes")
    page = office.get(f"{address}?answer=yes").text
    assert "Ada" in page
    assert "<dt>Yes</dt>" in page
    assert 'data-label="Answer"' not in office.get(f"{address}?answer=no").text


def test_the_organiser_says_when_to_ask_and_stops(office, event):
    assert save(office, event, asks="y", frees_seat="y").status_code == 303
    page = office.get(f"/organiser/events/{event.slug}/reconfirmation/plan").text
    assert 'value="10"' in page
    assert save(office, event).status_code == 303
    assert "Nobody is asked" in office.get(f"/organiser/events/{event.slug}/reconfirmation").text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"asks_days": "0"}, "asks_days"),
        ({"asks_days": "366"}, "asks_days"),
        ({"asks_days": "soon"}, "asks_days"),
        ({"answer_days": ""}, "answer_days"),
        ({"answer_days": "10"}, "answer_days"),
        ({"answer_days": "0", "frees_seat": "y"}, "answer_days"),
    ],
)
def test_days_that_cannot_be_are_told_at_their_field(office, event, values, field):
    answer = save(office, event, asks="y", **values)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
