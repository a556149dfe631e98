"""One feed for all that an address has registered at an organiser, known to nobody but its mailbox."""

import re

import pytest

from registration.booking.admission.services import register
from registration.booking.models import Booking
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import touch
from registration.seats.models import Registration
from tests import factories
from tests.factories import application, make_event, registration_of, token_in
from tests.ical.checker import check_calendar
from tests.ical.test_entries import lines
from tests.mailbox import body, sent

ADA = "ada@example.org"


def book(event, name="Ada", email=ADA):
    """Register and return (the token of the booking's page, the registration)."""
    receipt = register(application(event, name, email=email))
    return receipt.token, registration_of(receipt)


def feed_in(text: str) -> str:
    """Return the path of the feed that a mail or a page names."""
    return re.search(r"(/feeds/[^\s\"<]+\.ics)", text)[1]


def own_feed(email: str = ADA) -> str:
    """Return the feed's path out of the newest mail to *email*."""
    return feed_in(body([mail for mail in sent() if email in mail["To"]][-1]))


def titles(answer) -> set[str]:
    return {line.partition(":")[2] for line in lines(answer.data) if line.startswith("SUMMARY:")}


def test_one_address_shows_every_booking_of_the_same_person(app, client):
    book(make_event(title="Workshop"))
    first = own_feed()
    book(make_event(title="Meeting"), email="Ada@Example.org")
    book(make_event(title="Of others"), "Ben", "ben@example.org")
    book(make_event(title="Elsewhere", organiser="cocir"))
    mails = [mail for mail in sent() if "ditta" in mail["Reply-To"].lower() and "ada" in mail["To"].lower()]
    assert {feed_in(body(mail)) for mail in mails} == {first}
    answer = client.get(first)
    assert check_calendar(answer.data) == []
    assert titles(answer) == {"Workshop", "Meeting"}
    assert "X-WR-CALNAME:My registrations: DITTA" in lines(answer.data)


def test_a_stranger_who_types_her_address_learns_nothing(page_app, page_client):
    book(make_event(title="Secret workshop"))
    token, _eve = book(make_event(title="Open meeting"), "Eve", ADA)
    page = page_client.get(f"/bookings/{token}/").text
    assert titles(page_client.get(feed_in(page))) == {"Open meeting"}
    assert "Secret workshop" not in page
    assert own_feed() not in page


def test_the_page_of_a_booking_sends_the_address_to_the_mailbox_only(page_app, page_client):
    token, _ada = book(make_event())
    sent()
    key = token_in(page_client.get(f"/bookings/{token}/").text, "key")
    for _turn in range(3):
        answer = page_client.post(f"/bookings/{token}/calendar", data={"key": key})
        assert answer.status_code == 303
        assert "feeds" not in answer.headers["Location"]
    assert "We have emailed you your calendar link" in page_client.get(answer.headers["Location"]).text
    mails = sent()
    # One in a quarter of an hour, however often it is asked for.
    assert [mail["Subject"] for mail in mails[1:]] == ["Your calendar link for DITTA"]
    assert ADA in mails[1]["To"]
    assert page_client.get(feed_in(body(mails[1]))).status_code == 200
    assert page_client.post(f"/bookings/{token}/calendar", data={"key": "wrong"}).status_code == 400


def test_a_renewed_address_is_gone_and_the_new_one_comes_by_mail(page_app, page_client):
    book(make_event())
    old = own_feed()
    page = page_client.get(old.removesuffix(".ics") + "/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    key = token_in(page.text, "key")
    answer = page_client.post(old.removesuffix(".ics") + "/renew", data={"key": key})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/feeds/renewed")
    assert page_client.get(old).status_code == 410
    assert page_client.get(old.removesuffix(".ics") + "/").status_code == 404
    assert page_client.get(old.replace(".ics", ".svg")).status_code == 404
    new = own_feed()
    assert new != old
    assert page_client.get(new).status_code == 200
    page_client.post(new.removesuffix(".ics") + "/renew", data={"key": "wrong"})
    assert page_client.get(new).status_code == 200


def test_the_old_address_is_gone_for_a_poll_that_was_just_answered(page_app, page_client):
    book(make_event())
    old = own_feed()
    tag = {"If-None-Match": page_client.get(old).headers["ETag"]}
    assert page_client.get(old, headers=tag).status_code == 304
    key = token_in(page_client.get(old.removesuffix(".ics") + "/").text, "key")
    page_client.post(old.removesuffix(".ics") + "/renew", data={"key": key})
    assert page_client.get(old, headers=tag).status_code == 410


@pytest.mark.parametrize(
    "token", ["1.x", "0.aaaaaaaaaaaaaaaaaaaaaaaaaaa", "9999999999.aaaaaaaaaaaaaaaaaaaaaaaaaaa", "."]
)
def test_a_guessed_address_opens_nothing(page_app, page_client, token):
    book(make_event())
    for path in (f"/feeds/{token}.ics", f"/feeds/{token}/", f"/feeds/{token}.svg"):
        assert page_client.get(path).status_code == 404


def test_a_forged_proof_opens_nothing(page_app, page_client):
    book(make_event())
    book(make_event(title="Of Ben"), "Ben", "ben@example.org")
    ada, ben = own_feed(ADA), own_feed("ben@example.org")
    swapped = ada.partition(".")[0] + "." + ben.partition(".")[2]
    assert page_client.get(swapped).status_code == 404


def test_an_address_outlives_a_new_secret_key(page_app, page_client):
    book(make_event())
    old = own_feed()
    page_app.config["SECRET_KEY_FALLBACKS"] = [page_app.config["SECRET_KEY"]]
    page_app.config["SECRET_KEY"] = "another secret that is long enough too"
    assert page_client.get(old).status_code == 200


def test_an_address_that_nobody_confirmed_has_registered_nothing(page_app, page_client):
    _token, ada = book(make_event(title="Unverified"))
    book(make_event(title="Real"))
    feed = own_feed()
    write_tx(lambda session: setattr(session.get_one(Registration, ada.id), "state", "unverified"))
    assert titles(page_client.get(feed)) == {"Real"}


def test_the_feed_moves_with_every_change_and_else_is_not_built(app, client):
    event = make_event(capacity=1)
    _token, first = book(event, "Ben", "ben@example.org")
    _token, ada = book(event)
    feed = own_feed()
    seen = [client.get(feed)]
    factories.cancel_registration(first)
    seen.append(client.get(feed))
    write_tx(lambda session: touch(session.get_one(Event, event.id), is_moved=True))
    seen.append(client.get(feed))
    factories.cancel_registration(ada)
    seen.append(client.get(feed))
    assert len({answer.headers["ETag"] for answer in seen}) == 4
    found = [dict(line.partition(":")[::2] for line in lines(answer.data)) for answer in seen]
    assert [one["STATUS"] for one in found] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({one["UID"] for one in found}) == 1
    numbers = [int(one["SEQUENCE"]) for one in found]
    assert numbers == sorted(set(numbers))
    stamps = [one["LAST-MODIFIED"] for one in found]
    assert stamps == sorted(set(stamps))
    for answer in seen:
        assert check_calendar(answer.data) == []
    last = seen[-1].headers["ETag"]
    assert client.get(feed, headers={"If-None-Match": last}).status_code == 304


def test_who_registers_again_has_one_entry(page_app, page_client):
    event = make_event(title="Again")
    _token, ada = book(event)
    factories.cancel_registration(ada)
    book(event)
    answer = page_client.get(own_feed())
    assert answer.data.count(b"BEGIN:VEVENT") == 1
    assert b"STATUS:CONFIRMED" in answer.data


def test_an_entry_says_what_helps_and_keeps_the_meeting_for_those_who_have_a_seat(page_app, page_client):
    event = make_event(capacity=1, online_url="https://meet.example.org/x", venue="", city="")
    book(event)
    book(event, "Ben", "ben@example.org")
    seated = "".join(lines(page_client.get(own_feed()).data))
    waiting = "".join(lines(page_client.get(own_feed("ben@example.org")).data))
    assert "Online: https://meet.example.org/x" in seated
    assert "LOCATION:https://meet.example.org/x" in seated
    assert "meet.example.org" not in waiting
    assert "You do not have a seat yet" in waiting


def test_a_link_to_manage_is_never_in_a_calendar(page_app, page_client):
    token, _ada = book(make_event())
    feed = own_feed()
    raw = page_client.get(feed).text + page_client.get(f"/bookings/{token}/calendar.ics").text
    assert token not in raw
    assert feed not in raw


def test_no_mail_takes_the_feed_of_a_corrected_address_to_the_wrong_mailbox(page_app):
    _token, ada = book(make_event())

    def correct(session):
        booked = session.get_one(Booking, session.get_one(Registration, ada.id).booking_id)
        booked.email = booked.email_normal = "cleo@example.org"

    # The organiser corrected the address after the mail was decided.
    write_tx(correct)
    assert [mail for mail in sent() if ADA in mail["To"]] == []
