"""A colleague's own feed, with how full each event is."""

import re
from datetime import timedelta

import pytest

from registration.accounts.models import Account, Membership
from registration.core import clock
from registration.core.transaction import write_tx
from tests import factories
from tests.factories import make_event, register, sign_in, token_in
from tests.ical.checker import check_calendar
from tests.ical.test_entries import lines

EMAIL = "ada@example.org"


@pytest.fixture
def colleague(page_app, page_client):
    """A manager who is signed in and has made her calendar."""
    sign_in(page_client, EMAIL, factories.make_account(EMAIL, "manager"))
    press(page_client, "renew")
    return page_client


def press(client, what: str):
    page = client.get("/organiser/calendar").text
    return client.post(f"/organiser/calendar/{what}", data={"csrf_token": token_in(page)})


def feed_of(client) -> str | None:
    found = re.search(r"(/feeds/team/[^\"]+\.ics)", client.get("/organiser/calendar").text)
    return found[1] if found else None


def test_the_title_says_how_full_it_is(colleague):
    event = make_event(capacity=2, title="Workshop")
    for name in ("Ben", "Cleo", "Dan"):
        register(event, name)
    make_event(title="Empty", capacity=5)
    answer = colleague.get(feed_of(colleague))
    assert check_calendar(answer.data) == []
    shown = lines(answer.data)
    assert "SUMMARY:Workshop (2/2\\, 1 waiting)" in shown
    assert "SUMMARY:Empty (0/5)" in shown
    assert any("2 of 2 seats taken\\, 1 party waiting." in line for line in shown)


@pytest.fixture
def hours():
    """A clock that goes on by an hour whenever it is asked to."""
    passed = [0]
    begun = clock.now()
    with clock.running(lambda: begun + timedelta(hours=passed[0])):
        yield passed


def test_it_moves_with_every_seat_and_every_capacity(colleague, hours):
    event = make_event(capacity=2)
    feed = feed_of(colleague)
    tags = [colleague.get(feed).headers["ETag"]]
    hours[0] += 1
    register(event, "Ben")
    tags.append(colleague.get(feed).headers["ETag"])
    hours[0] += 1
    page = colleague.get(f"/organiser/events/{event.slug}/capacity").text
    pool = factories.pool(event).id
    data = {"csrf_token": token_in(page), "wanted": "7", "confirm": "y"}
    colleague.post(f"/organiser/events/{event.slug}/capacity/{pool}", data=data)
    tags.append(colleague.get(feed).headers["ETag"])
    assert len(set(tags)) == 3
    assert b"(1/7)" in colleague.get(feed).data
    assert colleague.get(feed, headers={"If-None-Match": tags[-1]}).status_code == 304


def test_a_change_within_the_second_of_the_one_before_is_newer_to_who_read_between(colleague):
    event = make_event(capacity=9)
    feed = feed_of(colleague)
    begun = clock.now().replace(microsecond=0) + timedelta(seconds=5)

    def stamp(after: float) -> str:
        with clock.running(lambda: begun + timedelta(seconds=after)):
            found = lines(colleague.get(feed).data)
        entry = found[found.index("BEGIN:VEVENT") :]
        return next(line for line in entry if line.startswith("LAST-MODIFIED"))

    def join(name: str, after: float) -> None:
        with clock.running(lambda: begun + timedelta(seconds=after)):
            register(event, name)

    join("Ben", 0.1)
    first = stamp(0.2)
    join("Cleo", 0.5)
    later = stamp(60)
    assert later > first


def test_drafts_are_tentative_and_say_so(colleague):
    make_event(title="Secret", status="draft")
    shown = lines(colleague.get(feed_of(colleague)).data)
    assert any(line.startswith("SUMMARY:Draft: Secret") for line in shown)
    assert "STATUS:TENTATIVE" in shown


def test_it_shows_her_organisers_only(colleague):
    make_event(title="Theirs", organiser="cocir")
    assert b"Theirs" not in colleague.get(feed_of(colleague)).data


def test_it_needs_no_session_and_names_nobody(page_app, colleague):
    register(make_event(), "Benedict")
    answer = page_app.test_client().get(feed_of(colleague))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert b"Benedict" not in answer.data
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_new_address_ends_the_old_one(colleague):
    old = feed_of(colleague)
    press(colleague, "renew")
    assert feed_of(colleague) != old
    assert colleague.get(old).status_code == 410
    assert colleague.get(feed_of(colleague)).status_code == 200


def test_an_ended_address_is_gone(colleague):
    old = feed_of(colleague)
    assert press(colleague, "end").status_code == 303
    assert feed_of(colleague) is None
    assert colleague.get(old).status_code == 410
    assert colleague.get(old.replace(".ics", ".svg")).status_code == 404


def test_who_left_the_team_sees_nothing_more(page_app, colleague):
    make_event(title="Ours")
    feed = feed_of(colleague)
    account = factories.account_id(EMAIL)
    write_tx(lambda session: session.delete(session.query(Membership).filter_by(account_id=account).one()))
    assert b"VEVENT" not in colleague.get(feed).data
    write_tx(lambda session: setattr(session.get_one(Account, account), "active", False))
    assert colleague.get(feed).status_code == 410


def test_the_door_sees_no_numbers(page_app, page_client):
    make_event(title="Ours")
    sign_in(page_client, EMAIL, factories.make_account(EMAIL, "door"))
    press(page_client, "renew")
    assert b"VEVENT" not in page_client.get(feed_of(page_client)).data


def test_an_unknown_address_is_not_there(page_app, page_client):
    assert page_client.get("/feeds/team/nothing.ics").status_code == 404
