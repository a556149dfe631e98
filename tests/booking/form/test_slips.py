"""Slips of the finger in an address are asked about once; nothing is refused."""

import pytest
from sqlalchemy import select

from registration.booking.form.email_typos import suggestion
from registration.booking.models import Booking
from registration.core.database import db
from tests.booking.form.test_questions import filled, path
from tests.booking.programme_arranging import errors
from tests.factories import make_event


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmal.com", "ada@gmail.com"),
        ("ada@gmaill.com", "ada@gmail.com"),
        ("ada@gnail.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("Ada@Hotmial.Fr", "Ada@hotmail.fr"),
        ("ada@outlok.be", "ada@outlook.be"),
        ("ada@yaho.cmo", "ada@yahoo.com"),
    ],
)
def test_a_slip_is_recognised(typed, meant):
    assert suggestion(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "ada@gmail.com",
        "ada@mail.com",
        "ada@ymail.com",
        "ada@example.org",
        "ada@hotmail.de",
        "ada@yahoo.co.uk",
        "ada@gmail.example.org",
        "ada@gmx.de",
        "ada@web.de",
        "ada@nordlicht.se",
        "ada",
        "@gmial.com",
    ],
)
def test_real_addresses_are_left_alone(address):
    assert suggestion(address) is None


@pytest.fixture
def event(page_app):
    return make_event()


def emails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Booking.email)))


def test_the_form_asks_once_and_both_answers_hold(page_client, event):
    data = filled(page_client, event, email="ada@gmial.com")
    asked = page_client.post(path(event), data=data)
    assert asked.status_code == 422
    assert errors(asked) == {"email_choice-0": "Did you mean ada@gmail.com?"}
    assert "Use ada@gmail.com" in asked.text
    assert "Keep ada@gmial.com" in asked.text
    assert page_client.post(path(event), data=data | {"email_choice": "keep"}).status_code == 303
    assert emails() == ["ada@gmial.com"]


def test_the_suggested_address_is_used(page_client, event):
    data = filled(page_client, event, email="ada@gmial.com", email_choice="use")
    assert page_client.post(path(event), data=data).status_code == 303
    assert emails() == ["ada@gmail.com"]


def test_the_suggested_address_stays_when_something_else_is_wrong(page_client, event):
    data = filled(page_client, event, email="ada@gmial.com", email_choice="use", name="")
    again = page_client.post(path(event), data=data)
    assert list(errors(again)) == ["name"]
    assert 'value="ada@gmail.com"' in again.text


def test_a_filled_trap_is_shown_and_registers_nobody(page_client, event):
    data = filled(page_client, event, website="https://example.org")
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 422
    assert "website" in errors(answer)
    assert 'value="https://example.org"' in answer.text
    assert emails() == []
    assert page_client.post(path(event), data=data | {"website": ""}).status_code == 303


def test_a_form_that_comes_back_too_soon_is_asked_for_once_more(page_app, page_client, event):
    data = filled(page_client, event)
    page_app.config["FORM_SECONDS"] = 5
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 422
    assert "press the button once more" in answer.text
    assert 'value="ada@example.org"' in answer.text
    page_app.config["FORM_SECONDS"] = 0
    assert page_client.post(path(event), data=data).status_code == 303
