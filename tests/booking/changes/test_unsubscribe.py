"""Unsubscribe from reminders and messages, by a link or by what a mail program posts."""

import pytest
from sqlalchemy import select

from registration.booking.emails.registration import unsubscribe_token
from registration.booking.models import Booking
from registration.core.database import db
from tests.factories import make_event, register


def address(registration) -> str:
    return f"/unsubscribe/{unsubscribe_token(registration.booking_id)}/"


def ended() -> dict[str, bool]:
    db.session.rollback()
    rows = db.session.execute(select(Booking.name, Booking.unsubscribed_at))
    return {row.name: row.unsubscribed_at is not None for row in rows}


def test_looking_changes_nothing(page_app, page_client):
    ada = register(make_event())
    page = page_client.get(address(ada))
    assert page.status_code == 200
    assert "<h1>Unsubscribe from reminders and messages?</h1>" in page.text
    assert ended() == {"Ada": False}


def test_a_mail_program_ends_them_with_one_post_and_no_cookie(page_app, page_client):
    ada = register(make_event())
    answer = page_client.post(address(ada), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 303
    assert "We still email you about your registration" in page_client.get(answer.location).text
    assert ended() == {"Ada": True}


def test_it_holds_for_all_her_bookings_with_this_organiser_and_no_other(page_app, page_client):
    email = "ada@example.org"
    ada = register(make_event(), "Ada", email=email)
    register(make_event(title="Gala"), "Ada of the gala", email=email)
    register(make_event(organiser="cocir"), "Ada of another organiser", email=email)
    register(make_event(title="Dinner"), "Ben")
    page_client.post(address(ada))
    assert ended() == {
        "Ada": True,
        "Ada of the gala": True,
        "Ada of another organiser": False,
        "Ben": False,
    }


@pytest.mark.parametrize("token", ["1", "1-", "1-abc", "-", "x-abc", "1" * 30 + "-abc", "²-abc"])
def test_an_address_that_we_did_not_make_ends_nothing(page_app, page_client, token):
    register(make_event())
    assert page_client.get(f"/unsubscribe/{token}/").status_code == 404
    assert page_client.post(f"/unsubscribe/{token}/").status_code == 404
    assert ended() == {"Ada": False}


def test_it_opens_nothing_else(page_app, page_client):
    ada = register(make_event())
    token = unsubscribe_token(ada.booking_id)
    assert page_client.get(f"/bookings/{token}/").status_code == 404
