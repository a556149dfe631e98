"""The booking's page: what it shows, what it lets its owner do, and nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.admission.services import register
from registration.capability.models import Capability
from registration.capability.services import BOOKING, FEED, find, replace
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from tests import factories
from tests.factories import application, make_event, registration_of, state, token_in


def booked(event, name="Ada", **values):
    """Return (token, registration) of a new booking."""
    receipt = register(application(event, name, **values))
    return receipt.token, registration_of(receipt)


def cancel_url(token, registration) -> str:
    return f"/bookings/{token}/registrations/{registration.id}/cancel"


def test_the_page_shows_state_people_and_what_happens_next(page_app, page_client):
    event = make_event(capacity=1)
    ada, _seated = booked(event, "Ada")
    ben, _waiting = booked(event, "Ben")
    seated, waiting = page_client.get(f"/bookings/{ada}/").text, page_client.get(f"/bookings/{ben}/").text
    assert "Your seat is confirmed" in seated
    assert "You are number 1 on the waitlist" in waiting
    assert "You are next" in waiting
    assert 'data-state="waitlisted" data-position="1"' in waiting


def test_only_who_has_a_seat_is_asked_to_give_it_back(page_app, page_client):
    event = make_event(capacity=2)
    ada, _seated = booked(event, "Ada", party=2)
    ben, _waiting = booked(event, "Ben", party=2)
    seated, waiting = page_client.get(f"/bookings/{ada}/").text, page_client.get(f"/bookings/{ben}/").text
    assert "<summary>Remove Ada and release the seat</summary>" in seated
    assert "release the seat" not in waiting
    assert "<summary>Remove Ben</summary>" in waiting


def test_cancelling_by_the_link_promotes_the_next_and_shows_it(page_app, page_client):
    event = make_event(capacity=1)
    token, ada = booked(event, "Ada")
    other, ben = booked(event, "Ben")
    key = token_in(page_client.get(f"/bookings/{token}/").text, "key")
    answer = page_client.post(cancel_url(token, ada), data={"key": key})
    assert answer.status_code == 303
    assert 'data-state="cancelled"' in page_client.get(f"/bookings/{token}/").text
    assert 'data-state="confirmed"' in page_client.get(f"/bookings/{other}/").text
    assert (state(ada), state(ben)) == ("cancelled", "confirmed")


def test_one_of_a_party_can_be_taken_out(page_app, page_client):
    event = make_event(capacity=3)
    token, ada = booked(event, "Ada", party=2)
    page = page_client.get(f"/bookings/{token}/").text
    action = re.findall(r'action="([^"]+/attendees/\d+/cancel)"', page)[1]
    assert page_client.post(action, data={"key": token_in(page, "key")}).status_code == 303
    page = page_client.get(f"/bookings/{token}/").text
    assert "Guest 1 of Ada" not in page
    assert state(ada) == "confirmed"


def test_nothing_is_given_back_after_the_event(page_app, page_client):
    event = make_event(capacity=2)
    token, ada = booked(event, "Ada", party=2)
    key = token_in(page_client.get(f"/bookings/{token}/").text, "key")
    over = clock.now() + timedelta(days=400)
    with clock.running(lambda: over):
        page = page_client.get(f"/bookings/{token}/").text
        assert "release the seat" not in page
        assert "Cancel the registration of all 2 people" not in page
        assert page_client.post(cancel_url(token, ada), data={"key": key}).status_code == 409
        one, _two = factories.attendees(ada)
        alone = cancel_url(token, ada).replace("/cancel", f"/attendees/{one.id}/cancel")
        assert page_client.post(alone, data={"key": key}).status_code == 409
    assert state(ada) == "confirmed"
    assert not any(one.removed_at for one in factories.attendees(ada))


@pytest.mark.parametrize("key", [None, "", "forged"])
def test_a_post_without_the_key_of_the_page_changes_nothing(page_app, page_client, key):
    token, ada = booked(make_event())
    data = {} if key is None else {"key": key}
    assert page_client.post(cancel_url(token, ada), data=data).status_code == 400
    assert state(ada) == "confirmed"


def test_a_link_reaches_only_its_own_registration(page_app, page_client):
    event = make_event(capacity=5)
    token, _ada = booked(event, "Ada")
    _other, ben = booked(event, "Ben")
    key = token_in(page_client.get(f"/bookings/{token}/").text, "key")
    assert page_client.post(cancel_url(token, ben), data={"key": key}).status_code == 404
    assert state(ben) == "confirmed"


def test_getting_any_address_of_a_booking_changes_nothing(page_app, page_client):
    token, ada = booked(make_event())
    for address in (cancel_url(token, ada), f"/bookings/{token}/feed"):
        assert page_client.get(address).status_code == 405
    assert state(ada) == "confirmed"


def test_unknown_revoked_expired_and_foreign_links_show_one_and_the_same_page(page_app, page_client):
    token, ada = booked(make_event(capacity=9))
    feed = page_client.get(f"/bookings/{token}/").text
    feed_token = re.search(r"/feeds/([^.]+)\.ics", feed)[1]
    expired, other = booked(make_event(title="Other"), "Ben")
    capability = find(db.session(), expired, BOOKING)
    write_tx(lambda session: setattr(session.get_one(Capability, capability.id), "expires_at", clock.now()))
    booking_id = ada.booking_id
    write_tx(lambda session: replace(session, booking_id, BOOKING))
    pages = [
        page_client.get(f"/bookings/{one}/") for one in ("nothing", token, expired, feed_token, "x" * 500)
    ]
    assert [page.status_code for page in pages] == [404] * 5
    assert len({page.text for page in pages}) == 1
    assert other


def test_tokens_are_nowhere_in_the_database(page_app):
    token, _ada = booked(make_event())
    for table in (
        db.metadata.sorted_tables if db.metadata.sorted_tables else Capability.metadata.sorted_tables
    ):
        for row in db.session.execute(select(table)):
            assert token not in repr(row)


def test_the_feed_follows_the_registration_and_ends_when_it_is_revoked(page_app, page_client):
    event = make_event(capacity=1)
    _ada, seated = booked(event, "Ada")
    token, _ben = booked(event, "Ben")
    page = page_client.get(f"/bookings/{token}/").text
    address = re.search(r"(/feeds/[^\"]+\.ics)", page)[1]
    waiting = page_client.get(address)
    assert waiting.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "STATUS:TENTATIVE" in waiting.text
    assert page_client.get(address, headers={"If-None-Match": waiting.headers["ETag"]}).status_code == 304
    factories.cancel_registration(seated)
    confirmed = page_client.get(address, headers={"If-None-Match": waiting.headers["ETag"]})
    assert confirmed.status_code == 200
    assert "STATUS:CONFIRMED" in confirmed.text
    page_client.post(f"/bookings/{token}/feed", data={"key": token_in(page, "key")})
    assert page_client.get(address).status_code == 410
    renewed = re.search(r"(/feeds/[^\"]+\.ics)", page_client.get(f"/bookings/{token}/").text)[1]
    assert page_client.get(renewed).status_code == 200
    assert find(db.session(), renewed.removeprefix("/feeds/").removesuffix(".ics"), FEED) is not None


def test_a_hostile_name_is_text_on_the_page(page_app, page_client):
    token, _ada = booked(make_event(capacity=9), "Ada", firm="<script>alert(1)</script>{{7*7}}")
    page = page_client.get(f"/bookings/{token}/").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
