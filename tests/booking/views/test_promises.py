"""Nothing is said to be kept for somebody that another one has."""

from registration.seats import rules
from tests.booking.arranging import booked, sent, text_of, to
from tests.factories import make_event, state


def test_a_seat_is_said_to_be_kept_only_where_it_is(page_app, page_client):
    event = make_event(capacity=1, line={"confirms_address": True})
    ada_page, ada = booked(event, "Ada", email="ada@example.org")
    ben_page, ben = booked(event, "Ben", email="ben@example.org")
    assert state(ada) == state(ben) == rules.UNVERIFIED
    mails = sent()
    assert "We hold your registration until" in page_client.get(ada_page).text
    assert "We hold your registration until" in text_of(to(mails, "ada@example.org"))
    neither = "you have neither a seat nor a place on the waitlist"
    assert neither in page_client.get(ben_page).text
    assert neither in text_of(to(mails, "ben@example.org")).replace("\n", " ")
    assert "We hold" not in text_of(to(mails, "ben@example.org"))
