"""The door: codes of people without a seat, people who are in already, and a scanner that types codes."""

import re

import pytest
from sqlalchemy import select, update

from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.models import Attendee
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import SYSTEM
from tests import factories
from tests.factories import make_event, post, register, sign_in, target


@pytest.fixture
def door(page_app, page_client):
    sign_in(page_client, "door@example.org", factories.make_account("door@example.org", "door"))
    return page_client


def code_of(name):
    found = db.session.execute(select(Attendee.id, Attendee.code).where(Attendee.name == name)).one()
    db.session.rollback()
    return found


def screen(event):
    return f"/organiser/events/{event.slug}/checkin"


def main(answer):
    return answer.text.split("<main")[1]


def followed(client, page, attendee_id):
    """Press the button, and return the page that it leads to."""
    answer = post(client, page, f"{page}/{attendee_id}")
    assert answer.status_code == 303
    return client.get(answer.location)


def cancelled(event):
    ada = register(event, "Ada")
    cancel(target(ada), SYSTEM)


def removed(event):
    party = register(event, "Ada", party=2)
    cancel_attendee(target(party), code_of("Ada").id, SYSTEM)


def waiting(event):
    register(event, "Ben", party=2)
    register(event, "Ada")


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (cancelled, "Ada is no longer registered for this event."),
        (removed, "Ada is no longer registered for this event."),
        (waiting, "Ada has no seat yet."),
    ],
)
def test_a_code_without_a_seat_is_answered_with_a_sentence_and_no_button(door, arrange, sentence):
    event = make_event(capacity=2)
    arrange(event)
    ada = code_of("Ada")
    answer = door.get(f"{screen(event)}?q={ada.code}")
    assert answer.status_code == 200
    assert sentence in main(answer)
    assert "Check in Ada" not in main(answer)
    assert "Nobody with a seat matches" not in main(answer)


@pytest.mark.parametrize(("arrange", "sentence"), [(cancelled, "no longer"), (waiting, "no seat yet")])
def test_a_button_that_stood_there_a_while_says_the_same(door, arrange, sentence):
    event = make_event(capacity=2)
    arrange(event)
    answer = post(door, screen(event), f"{screen(event)}/{code_of('Ada').id}")
    assert answer.status_code == 409
    assert sentence in main(answer)
    assert 'name="q"' in main(answer)
    assert db.session.scalars(select(Attendee.checked_in_at).where(Attendee.name == "Ada")).all() == [None]


def test_a_second_entry_names_the_first_time_and_keeps_it(door):
    event = make_event(capacity=2)
    register(event, "Ada")
    ada, page = code_of("Ada"), screen(event)
    assert "Ada is in." in main(followed(door, page, ada.id))
    first = db.session.scalars(select(Attendee.checked_in_at)).one()
    db.session.rollback()
    earlier = first.replace(hour=13, minute=3)
    write_tx(lambda session: session.execute(update(Attendee).values(checked_in_at=earlier)))
    for answer in (
        door.get(f"{page}?q={ada.code}"),
        followed(door, page, ada.id),
    ):
        assert re.search(r"Ada is already in, since [^<]*14:03", main(answer)), main(answer)
    assert db.session.scalars(select(Attendee.checked_in_at)).one() == earlier


def test_a_scanner_finds_an_empty_field_after_each_code(door):
    event = make_event(capacity=3)
    register(event, "Ada")
    register(event, "Ben")
    cancelled_one = register(event, "Cleo")
    cancel(target(cancelled_one), SYSTEM)
    page = screen(event)
    for name in ("Ada", "Cleo", "Ben"):
        one = code_of(name)
        found = door.get(f"{page}?q={one.code}")
        answers = [found]
        if f"Check in {name}" in found.text:
            [action] = re.findall(r'action="([^"]*/checkin/\d+)"', found.text)
            answers.append(door.get(post(door, f"{page}?q={one.code}", action).location))
        for answer in (*answers, door.get(f"{page}?q=NOBODYSCODE")):
            [field] = re.findall(r'<input[^>]*name="q"[^>]*>', answer.text)
            assert "autofocus" in field
            assert "value=" not in field
    assert "2 of 2 are in" in main(door.get(page))


def test_a_code_is_found_however_it_was_typed(door):
    event = make_event(capacity=2)
    register(event, "Ada")
    write_tx(lambda session: session.execute(update(Attendee).values(code="QLA7QBCLMX")))
    for typed in (
        "qla7qbclmx",
        " QLA7-QBCLMX. ",
        "ＱＬＡ７ＱＢＣＬＭＸ",
        "O1A7OBCIMX",
        "0IA70BClMX",
        "QLА7QВСLМХ",
    ):
        assert "Check in Ada" in door.get(screen(event), query_string={"q": typed}).text, typed
    assert "Check in Ada" not in door.get(screen(event), query_string={"q": "QLA7QBCLMY"}).text
