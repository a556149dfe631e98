"""A rush of an office passes, a flood is slowed, and whoever is slowed loses nothing."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from registration.booking.answers.uploads import kept_for
from registration.booking.models import Upload
from registration.booking.tasks.cleanup import tidy
from registration.booking.views import rush
from registration.core import clock
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.seats.models import Registration
from tests.booking.form.test_questions import filled
from tests.factories import make_event

HERE = {"REMOTE_ADDR": "192.0.2.7"}
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


@pytest.fixture
def sent(page_client):
    """Send one more form, of as many people as are asked for."""
    start = clock.now()

    def send(event, number, *, minutes=0.0, people=1, remote="192.0.2.7"):
        more = {f"attendees-{index}-name": f"Guest {index}" for index in range(1, people)}
        data = filled(page_client, event, email=f"guest{number}@example.org") | more
        with clock.running(lambda: start + timedelta(minutes=minutes)):
            return page_client.post(
                f"/events/{event.slug}/register", data=data, environ_overrides={"REMOTE_ADDR": remote}
            )

    return send


def people() -> int:
    return db.session.scalar(select(func.sum(Registration.size))) or 0


def test_forty_forms_in_a_row_are_slowed(page_client, sent):
    event = make_event(capacity=500)
    answers = [sent(event, number) for number in range(40)]
    assert [one.status_code for one in answers] == [303] * 30 + [429] * 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert "Everything you typed is still here" in answers[-1].text
    assert 'value="guest39@example.org"' in answers[-1].text
    assert sent(event, 39, minutes=1.1).status_code == 303


def test_ten_forms_of_ten_people_do_not_take_a_hundred_seats_at_once(sent):
    event = make_event(capacity=100)
    statuses = [sent(event, number, people=10).status_code for number in range(10)]
    assert statuses == [303] * 4 + [429] * 6
    assert people() == 40


def test_a_rush_of_an_office_passes(sent):
    event = make_event(capacity=500)
    statuses = {sent(event, number, minutes=number / 6.1).status_code for number in range(60)}
    assert statuses == {303}
    assert people() == 60


def test_other_networks_and_this_machine_are_not_slowed(sent):
    event = make_event(capacity=500)
    for number in range(30):
        sent(event, number)
    assert sent(event, 30).status_code == 429
    assert sent(event, 31, remote="198.51.100.7").status_code == 303
    statuses = {sent(event, 100 + number, remote="127.0.0.1").status_code for number in range(35)}
    assert statuses == {303}


def test_an_office_of_many_addresses_is_one_network(page_app, sent):
    page_app.config["FORMS_PER_NETWORK"] = 5
    event = make_event(capacity=500)
    statuses = [sent(event, number, remote=f"2001:db8:1:{number}::1").status_code for number in range(6)]
    assert statuses == [303] * 5 + [429]


@pytest.fixture
def send_file(page_client):
    """Send one more form with a file, from the machine that is asked for."""
    event = make_event(capacity=500, questions=(QuestionFacts("Your paper", "file"),))
    file = f"attendees-0-question-{event.questions[0]}-file"

    def send(number, remote, **typed):
        data = filled(page_client, event, email=f"guest{number}@example.org") | typed
        data |= {file: (BytesIO(PDF), "a.pdf")}
        return page_client.post(
            f"/events/{event.slug}/register", data=data, environ_overrides={"REMOTE_ADDR": remote}
        )

    return send


def files_kept():
    return db.session.scalar(select(func.count()).select_from(Upload))


def test_files_of_one_network_have_a_bound(send_file, monkeypatch):
    monkeypatch.setattr(rush, "FILES_OF_OFFICE", 2 * len(PDF) + 10)
    answers = [send_file(number, "192.0.2.7") for number in range(3)]
    assert [one.status_code for one in answers] == [303, 303, 422]
    assert "Too many files came from your network today" in answers[2].text
    assert send_file(4, "198.51.100.7").status_code == 303
    assert files_kept() == 3


def test_files_of_all_networks_together_have_a_bound(send_file, monkeypatch):
    monkeypatch.setattr(rush, "FILES_OF_ALL", 3 * len(PDF) + 10)
    monkeypatch.setattr(rush, "FILES_OF_OFFICE", len(PDF) + 10)
    start = clock.now()
    answers = [send_file(number, f"198.51.{number}.7") for number in range(5)]
    assert [one.status_code for one in answers] == [303] * 3 + [422] * 2
    assert "So many files came here today" in answers[4].text
    assert "your network" not in answers[4].text
    assert files_kept() == 3
    with clock.running(lambda: start + kept_for(24) + timedelta(minutes=1)):
        assert send_file(5, "198.51.5.7").status_code == 303
    # Nothing of its own was used up by what was refused for all.
    monkeypatch.setattr(rush, "FILES_OF_ALL", 30 * len(PDF))
    with clock.running(lambda: start + timedelta(minutes=1)):
        assert send_file(6, "198.51.4.7").status_code == 303


def test_files_of_forms_that_register_nobody_count_and_go(send_file, monkeypatch, page_app):
    monkeypatch.setattr(rush, "FILES_OF_OFFICE", 2 * len(PDF) + 10)
    start = clock.now()
    answers = [send_file(number, "192.0.2.7", name="") for number in range(3)]
    assert [one.status_code for one in answers] == [422] * 3
    assert people() == 0
    assert files_kept() == 2
    assert "Too many files came from your network today" in answers[2].text
    with clock.running(lambda: start + kept_for(24) - timedelta(minutes=1)):
        tidy()
        assert files_kept() == 2
    with clock.running(lambda: start + kept_for(24) + timedelta(hours=1)):
        tidy()
        assert files_kept() == 0
        assert send_file(4, "192.0.2.7").status_code == 303
