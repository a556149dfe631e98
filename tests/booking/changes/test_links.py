"""Whoever lost a link gets it again by mail; whoever is curious learns nothing."""

import re

from sqlalchemy import func, select

from registration.booking.views.links import PER_ADDRESS
from registration.booking.views.opening import PER_CLIENT
from registration.capability.services import FEED, token_of
from registration.core.database import db
from registration.mail.models import OutgoingMessage
from tests.booking.arranging import booked, key_of, sent, text_of, to
from tests.factories import cancel_registration, make_event

ASK = "/bookings/link"


def test_all_links_of_an_address_come_in_one_mail(page_app, page_client):
    first, _one = booked(make_event(title="Workshop"), "Ada", email="ada@example.org")
    second, _two = booked(make_event(title="Dinner", organiser="cocir"), "Ada", email="ADA@example.org")
    ended, gone = booked(make_event(title="Over"), "Ada", email="ada@example.org")
    cancel_registration(gone)
    other, _ben = booked(make_event(title="Other"), "Ben", email="ben@example.org")
    sent()
    assert page_client.post(ASK, data={"email": "Ada@Example.org"}).status_code == 303
    [(address, mail)] = sent()
    assert address == "Ada@Example.org"
    text = text_of(mail)
    assert first in text
    assert second in text
    assert ended not in text
    assert other not in text


def test_known_and_unknown_addresses_get_the_same_answer(page_app, page_client):
    booked(make_event(), "Ada", email="ada@example.org")
    answers = [page_client.post(ASK, data={"email": f"{name}@example.org"}) for name in ("ada", "nobody")]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len({page_client.get(one.headers["Location"]).text for one in answers}) == 1
    assert [address for address, _mail in sent()] == ["ada@example.org", "ada@example.org"]


def test_asking_does_the_same_work_for_every_address(page_app, page_client):
    booked(make_event(), "Ada", email="ada@example.org")
    for name in ("ada", "nobody"):
        before = db.session.scalar(select(func.count(OutgoingMessage.id)))
        db.session.rollback()
        page_client.post(ASK, data={"email": f"{name}@example.org"})
        db.session.rollback()
        assert db.session.scalar(select(func.count(OutgoingMessage.id))) == before + 1


def test_a_mailbox_is_not_filled_and_its_owner_is_not_told_off(page_app, page_client):
    booked(make_event(), "Ada", email="ada@example.org")
    sent()
    answers = [page_client.post(ASK, data={"email": "ada@example.org"}) for _try in range(PER_ADDRESS + 2)]
    assert {one.status_code for one in answers} == {303}
    assert len(sent()) == PER_ADDRESS


def test_one_machine_that_asks_for_all_is_stopped_and_the_others_are_not(page_app, page_client):
    for number in range(PER_CLIENT):
        page_client.post(ASK, data={"email": f"{number}@example.org"})
    stopped = page_client.post(ASK, data={"email": "ada@example.org"})
    assert stopped.status_code == 429
    assert 'value="ada@example.org"' in stopped.text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert page_client.post(ASK, data={"email": "ada@example.org"}, environ_base=elsewhere).status_code == 303


def test_what_is_no_address_is_told_at_the_field(page_app, page_client):
    for email in ("", "nonsense", "a\x00b@example.org", "x" * 300 + "@example.org"):
        answer = page_client.post(ASK, data={"email": email})
        assert answer.status_code == 422
        assert "error-summary" in answer.text


def test_the_way_to_ask_is_on_every_page_and_where_a_link_does_not_open(page_app, page_client):
    assert f'href="{ASK}"' in page_client.get("/").text
    dead = page_client.get("/bookings/nothing/")
    assert dead.status_code == 404
    assert "Find my registration" in dead.text
    assert page_client.get("/feeds/nothing.ics").status_code == 404


def test_asking_by_get_sends_nothing(page_app, page_client):
    page_client.get(ASK + "?email=ada@example.org")
    page_client.get(ASK + "/sent")
    assert db.session.scalar(select(func.count(OutgoingMessage.id))) == 0


def test_a_feed_can_be_ended_and_started_again(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    feed = re.search(r"(/feeds/[^\"]+\.ics)", page_client.get(page).text)[1]
    assert page_client.post(f"{page}feed/end", data={"key": key_of(page_client, page)}).status_code == 303
    assert page_client.get(feed).status_code == 410
    shown = page_client.get(page).text
    assert "The calendar subscription of this registration has stopped" in shown
    assert "/feeds/" not in shown
    db.session.rollback()
    assert token_of(db.session(), ada.booking_id, FEED) is None
    mail = to(sent(), ada_email(ada))
    assert feed not in text_of(mail)
    page_client.post(f"{page}feed", data={"key": key_of(page_client, page)})
    assert re.search(r"/feeds/[^\"]+\.ics", page_client.get(page).text)


def ada_email(registration) -> str:
    query = select(OutgoingMessage.to_email).where(OutgoingMessage.registration_id == registration.id)
    return str(db.session.scalar(query.limit(1)))
