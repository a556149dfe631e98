"""Once a mailbox is confirmed, the links are its reader's: whoever typed the form has none that opens."""

from datetime import timedelta

import pytest

from registration.booking.admission.services import register as send_form
from registration.booking.changes.change_address import ask_address, confirm_address
from registration.booking.changes.contact_again import correct_address
from registration.capability.services import BOOKING, FEED, VERIFY, token_of
from registration.core import clock
from registration.core.database import db
from registration.journal.services import Actor
from tests.booking.arranging import booked, fields_in, key_of, link_in, sent, to, troubles
from tests.factories import application, make_event, register, target

ORGANISER = Actor("organiser")
CONFIRMS = {"confirms_address": True, "hold_minutes": 30}


def tokens(booking_id: int) -> dict[str, str | None]:
    db.session.rollback()
    return {purpose: token_of(db.session(), booking_id, purpose) for purpose in (BOOKING, FEED, VERIFY)}


def confirmed(client, link: str) -> str:
    return client.post(link, data={"key": key_of(client, link)}).headers["Location"]


def test_confirming_the_address_gives_new_links_and_ends_those_of_the_form(page_app, page_client):
    page, ada = booked(make_event(line=CONFIRMS), "Ada", email="ada@example.org")
    before = tokens(ada.booking_id)
    link = link_in(to(sent(), "ada@example.org"), "addresses")
    own = confirmed(page_client, link)
    after = tokens(ada.booking_id)
    assert page_client.get(own).status_code == 200
    assert page_client.get(page).status_code == 404
    assert page_client.get(f"/feeds/{before[FEED]}.ics").status_code == 410
    assert page_client.get(f"/feeds/{after[FEED]}.ics").status_code == 200
    assert link_in(to(sent(), "ada@example.org"), "bookings") == own
    # Pressed again it leads to the same page, and ends nothing.
    assert confirmed(page_client, link) == own
    assert troubles() == []


def test_confirming_too_late_gives_new_links_too(page_app, page_client):
    page, _ada = booked(make_event(line=CONFIRMS), "Ada", email="ada@example.org")
    link = link_in(to(sent(), "ada@example.org"), "addresses")
    key = key_of(page_client, link)
    later = clock.now() + timedelta(minutes=31)
    with clock.running(lambda: later):
        own = page_client.post(link, data={"key": key}).headers["Location"]
        assert own != page
        assert page_client.get(page).status_code == 404


def test_sending_the_form_again_after_the_address_was_confirmed_shows_no_link(page_app, page_client):
    form = application(make_event(line=CONFIRMS), "Ada", email="ada@example.org")
    assert send_form(form).token == send_form(form).token
    confirmed(page_client, link_in(to(sent(), "ada@example.org"), "addresses"))
    sent()
    assert send_form(form).token is None
    assert [address for address, _mail in sent()] == ["ada@example.org"]


def test_a_wish_of_the_form_s_writer_ends_when_the_mailbox_is_confirmed(page_app, page_client):
    page, _ada = booked(make_event(line=CONFIRMS), "Ada", email="ada@example.org")
    link = link_in(to(sent(), "ada@example.org"), "addresses")
    page_client.post(
        f"{page}edit", data=fields_in(page_client.get(f"{page}edit").text) | {"email": "b@example.org"}
    )
    wished = link_in(to(sent(), "b@example.org"), "addresses")
    confirmed(page_client, link)
    assert page_client.get(wished).status_code == 404


@pytest.mark.parametrize("way", ["her own wish", "the organiser"])
def test_another_mailbox_leaves_the_old_one_no_link_that_opens(page_app, page_client, way):
    _page, ada = booked(make_event(line=CONFIRMS), "Ada", email="wrong@example.org")
    old_link = link_in(to(sent(), "wrong@example.org"), "addresses")
    before = tokens(ada.booking_id)
    if way == "the organiser":
        correct_address(target(ada), "right@example.org", ORGANISER)
    else:
        ask_address(ada.booking_id, "right@example.org")
        confirm_address(ada.booking_id, [ada.event_id])
    after = tokens(ada.booking_id)
    assert all(after[purpose] != before[purpose] for purpose in before)
    assert page_client.get(old_link).status_code == 404
    assert page_client.get(f"/feeds/{before[FEED]}.ics").status_code == 410


def test_a_change_of_address_renews_the_feed(page_app, page_client):
    ada = register(make_event(), "Ada", email="ada@example.org")
    before = tokens(ada.booking_id)
    ask_address(ada.booking_id, "new@example.org")
    confirm_address(ada.booking_id, [ada.event_id])
    assert page_client.get(f"/feeds/{before[FEED]}.ics").status_code == 410
    assert page_client.get(f"/feeds/{tokens(ada.booking_id)[FEED]}.ics").status_code == 200
