"""The sessions that somebody picked: in the text of their event, or entries of their own, as she wishes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from registration.booking.admission.services import register
from registration.booking.calendar import services as calendar_services
from registration.booking.calendar.feed import session_display_of
from registration.booking.calendar.owner import owner_of
from registration.booking.calendar.registrations import SessionDisplay
from registration.booking.changes import party as changes_party
from registration.booking.models import Booking
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, EventSession
from registration.events.services import touch
from registration.journal.services import ATTENDEE
from registration.seats.models import Registration
from tests import factories
from tests.booking.calendar.test_own_calendar import ADA, feed_in, own_feed
from tests.booking.changes.test_session_choices import add_session
from tests.factories import application, attendees, make_event, registration_of, token_in
from tests.ical.checker import check_calendar, components
from tests.mailbox import calendars, sent


def make_workshop():
    return make_event(capacity=1, title="Workshop")


@pytest.fixture
def event(page_app):
    return make_workshop()


def book(event, *sessions: int, name: str = "Ada", email: str = ADA):
    """Register and return (the path of the booking's page, the registration)."""
    receipt = register(application(event, name, email=email, sessions=sessions))
    return f"/bookings/{receipt.token}/", registration_of(receipt)


def wish(client, page: str, sessions: str, form: str = "feed/sessions"):
    """Press the button of the page about the calendar."""
    key = token_in(client.get(page).text, "key")
    return client.post(page + form, data={"key": key, "sessions": sessions})


def shown(answer) -> dict[str, dict[str, str]]:
    """Return the entries of a calendar by their titles."""
    assert answer.status_code == 200
    assert check_calendar(answer.data) == []
    found = {}
    for one in components(answer.data).every("VEVENT"):
        told = {each.name: each.value.replace("\\,", ",") for each in one.properties}
        found[told["SUMMARY"]] = told
    return found


def move_session(session_id: int, hours: int) -> None:
    """Give a session another time, as an organiser does."""

    def work(session) -> None:
        row = session.get_one(EventSession, session_id)
        row.starts_at += timedelta(hours=hours)
        row.ends_at += timedelta(hours=hours)
        touch(session.get_one(Event, row.event_id))

    write_tx(work)


def test_sessions_stand_in_the_text_until_she_wants_them_apart_and_go_back(app, client):
    event = make_workshop()
    codes = add_session(event, "Codes", 1)
    page, _ada = book(event, codes)
    feed = feed_in(client.get(page).text)
    together = client.get(feed)
    assert list(shown(together)) == ["Workshop"]
    assert "Codes" in shown(together)["Workshop"]["DESCRIPTION"]

    assert wish(client, page, "apart").status_code == 303
    apart = client.get(feed)
    assert list(shown(apart)) == ["Workshop", "Codes – Workshop"]
    assert "Codes" not in shown(apart)["Workshop"]["DESCRIPTION"]
    begins = db.session.get_one(EventSession, codes).starts_at
    assert shown(apart)["Codes – Workshop"]["STATUS"] == "CONFIRMED"
    assert shown(apart)["Codes – Workshop"]["LOCATION"] == "Autoworld, Brussels"
    assert begins.strftime("%M") == shown(apart)["Codes – Workshop"]["DTSTART"][11:13]

    wish(client, page, "together")
    back = client.get(feed)
    assert list(shown(back)) == ["Workshop"]
    assert "Codes" in shown(back)["Workshop"]["DESCRIPTION"]
    assert len({one.headers["ETag"] for one in (together, apart, back)}) == 3
    # The entry of the event said the same at both ends, and is newer all the same.
    stamps = [shown(one)["Workshop"]["LAST-MODIFIED"] for one in (together, apart, back)]
    assert stamps == sorted(set(stamps))
    assert {shown(one)["Workshop"]["SEQUENCE"] for one in (together, apart, back)} == {"0"}


def test_the_same_wish_twice_changes_nothing(page_client, event):
    page, _ada = book(event, add_session(event, "Codes", 1))
    feed = feed_in(page_client.get(page).text)
    wish(page_client, page, "apart")
    tag = {"If-None-Match": page_client.get(feed).headers["ETag"]}
    wish(page_client, page, "apart")
    assert page_client.get(feed, headers=tag).status_code == 304
    wish(page_client, page, "nonsense")
    assert list(shown(page_client.get(feed))) == ["Workshop"]


def test_who_asks_with_a_date_alone_is_told_of_the_wish(page_client, event):
    page, _ada = book(event, add_session(event, "Codes", 1))
    feed = feed_in(page_client.get(page).text)
    since = {"If-Modified-Since": page_client.get(feed).headers["Last-Modified"]}
    at = clock.now() + timedelta(minutes=1)
    with clock.running(lambda: at):
        wish(page_client, page, "apart")
        assert page_client.get(feed, headers=since).status_code == 200


def test_a_session_follows_the_registration_and_its_own_time(app, client):
    event = make_workshop()
    codes = add_session(event, "Codes", 1)
    _page, ben = book(event, name="Ben", email="ben@example.org")
    page, ada = book(event, codes)
    wish(client, page, "apart")
    feed = feed_in(client.get(page).text)
    seen = [client.get(feed)]
    steps = (
        lambda: factories.cancel_registration(ben),
        lambda: move_session(codes, 1),
        lambda: factories.cancel_registration(ada),
    )
    for step in steps:
        step()
        seen.append(client.get(feed))
    found = [next(one for name, one in shown(each).items() if "Codes" in name) for each in seen]
    assert [one["STATUS"] for one in found] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [one["TRANSP"] for one in found] == ["TRANSPARENT", "OPAQUE", "OPAQUE", "TRANSPARENT"]
    assert found[1]["DTSTART"] != found[2]["DTSTART"]
    assert {one["UID"] for one in found} == {found[0]["UID"]}
    for name in ("SEQUENCE", "LAST-MODIFIED"):
        values = [int(re.sub(r"\D", "", one[name])) for one in found]
        assert values == sorted(set(values))
    assert "on the waitlist" in found[0]["DESCRIPTION"]
    assert found[3]["SUMMARY"] == "Cancelled: Codes – Workshop"


def test_a_session_that_is_no_longer_picked_is_no_longer_there(page_client, event):
    codes, rules = add_session(event, "Codes", 1), add_session(event, "Rules", 1)
    page, ada = book(event, codes)
    wish(page_client, page, "apart")
    feed = feed_in(page_client.get(page).text)
    assert list(shown(page_client.get(feed))) == ["Workshop", "Codes – Workshop"]
    (person,) = attendees(ada)
    changes_party.change_choice(factories.target(ada), person.id, None, (rules,), ATTENDEE)
    assert list(shown(page_client.get(feed))) == ["Workshop", "Rules – Workshop"]


def test_who_registers_again_has_each_session_once(page_client, event):
    codes = add_session(event, "Codes", 1)
    _page, first = book(event, codes)
    factories.cancel_registration(first)
    book(event, codes)
    with page_client.application.app_context():
        booked = db.session.query(Booking).first()
        calendar_services.show_sessions(owner_of(booked), is_apart=True)
    found = shown(page_client.get(own_feed()))
    assert [(name, one["STATUS"]) for name, one in found.items()] == [
        ("Workshop", "CONFIRMED"),
        ("Codes – Workshop", "CONFIRMED"),
    ]


def test_the_calendar_of_a_person_has_a_wish_of_its_own_for_all_that_comes(app, client):
    event = make_workshop()
    codes = add_session(event, "Codes", 1)
    page, _ada = book(event, codes)
    own = own_feed()
    assert wish(client, own.removesuffix(".ics") + "/", "apart", "sessions").status_code == 303
    other = make_event(title="Meeting", starts_in=timedelta(days=20))
    book(other, add_session(other, "Votes", 1))
    assert set(shown(client.get(own))) == {
        "Workshop",
        "Codes – Workshop",
        "Meeting",
        "Votes – Meeting",
    }
    # Whoever typed her address has no hand in it, and sees nothing of it.
    assert list(shown(client.get(feed_in(client.get(page).text)))) == ["Workshop"]
    # A new address of the feed keeps what she wished.
    calendar_services.renew_person_feed(owner_of(db.session.query(Booking).first()))
    assert "Codes – Workshop" in shown(client.get(own_feed()))
    assert client.post(own.replace(".ics", "/sessions"), data={"sessions": "apart"}).status_code == 404


def test_two_first_wishes_at_once_are_one(app):
    """The row of a person's feed is made by the first of them."""
    event = make_workshop()
    _page, ada = book(event, add_session(event, "Codes", 1))
    person = owner_of(db.session.get_one(Booking, ada.booking_id))
    db.session.rollback()
    together = Barrier(4)

    def press(_number: int) -> None:
        with app.app_context():
            together.wait(timeout=30)
            calendar_services.show_sessions(person, is_apart=True)

    with ThreadPoolExecutor(4) as people:
        list(people.map(press, range(4)))
    assert session_display_of(db.session(), person) == SessionDisplay(turned=1)


def test_a_download_follows_the_wish_and_leaves_out_what_was_called_off(page_client, event):
    codes, rules = add_session(event, "Codes", 1), add_session(event, "Rules", 2)
    page, _ada = book(event, codes, rules)
    assert list(shown(page_client.get(page + "calendar.ics"))) == ["Workshop"]
    wish(page_client, page, "apart")
    assert list(shown(page_client.get(page + "calendar.ics"))) == [
        "Workshop",
        "Codes – Workshop",
        "Rules – Workshop",
    ]


def test_a_mail_has_one_entry_with_the_sessions_in_its_text_whatever_is_wished(page_client, event):
    page, ada = book(event, add_session(event, "Codes", 1))
    wish(page_client, page, "apart")
    confirmed = calendars(sent()[-1])[0].get_payload(decode=True)
    factories.cancel_registration(ada)
    cancelled = calendars(sent()[-1])[0].get_payload(decode=True)
    assert [raw.count(b"BEGIN:VEVENT") for raw in (confirmed, cancelled)] == [1, 1]
    assert b"Codes" in confirmed


def test_who_picked_no_session_is_not_asked(page_client, event):
    page, _ada = book(event)
    assert "data-sessions" not in page_client.get(page).text
    with_sessions = make_event(title="Meeting")
    other, _later = book(with_sessions, add_session(with_sessions, "Votes", 1))
    assert 'data-sessions="together"' in page_client.get(other).text
    wish(page_client, other, "apart")
    assert 'data-sessions="apart"' in page_client.get(other).text


def test_a_press_without_the_key_of_the_page_changes_nothing(page_client, event):
    page, ada = book(event, add_session(event, "Codes", 1))
    answer = page_client.post(page + "feed/sessions", data={"sessions": "apart", "key": "wrong"})
    assert answer.status_code == 400
    assert page_client.get(page + "feed/sessions").status_code == 405
    booking_id = db.session.get_one(Registration, ada.id).booking_id
    assert not SessionDisplay(db.session.get_one(Booking, booking_id).sessions_turned).is_apart


def test_a_session_is_told_in_the_language_of_its_reader(page_client, event):
    codes = add_session(event, "Codes", 1)

    def translate(session) -> None:
        row = session.get_one(EventSession, codes)
        row.hint, row.translations = (
            "Bring a laptop",
            {"nl": {"name": "Codes en termen", "hint": "Laptop mee"}},
        )
        touch(session.get_one(Event, event.id))

    write_tx(translate)
    page, ada = book(event, codes)
    calendar_services.show_sessions(ada.booking_id, is_apart=True)
    told = shown(page_client.get(feed_in(page_client.get(page).text)))
    assert "Bring a laptop" in told["Codes – Workshop"]["DESCRIPTION"]
    dutch = shown(page_client.get(page + "calendar.ics?lang=nl"))
    assert "Laptop mee" in dutch["Codes en termen – Workshop"]["DESCRIPTION"]
