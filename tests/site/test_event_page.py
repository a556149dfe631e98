"""The event page: what it says in each phase, and to whom it says nothing."""

import re
from datetime import timedelta

import pytest

from registration.core import clock
from registration.seats import rules
from tests import factories
from tests.factories import make_event
from tests.site.arranging import edit, link, publish, word

DAY = timedelta(days=1)


def path(event) -> str:
    return f"/events/{event.slug}/"


def shown(client, event) -> str:
    """Return the page as one line of text with its tags."""
    answer = client.get(path(event))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


@pytest.fixture
def event(page_app):
    return make_event(capacity=3, street="Parc du Cinquantenaire 11", country="BE")


def test_an_open_event_says_when_where_who_and_offers_to_register(page_client, event):
    page = shown(page_client, event)
    assert '<h1 dir="auto">Workshop on nomenclatures</h1>' in page
    assert "Brussels time (CE" in page
    assert "<bdi>Autoworld</bdi>" in page
    assert "<bdi>Parc du Cinquantenaire 11</bdi>" in page
    assert "<bdi>Belgium</bdi>" in page
    assert 'href="/organisers/ditta/"' in page
    assert f'<a class="button primary" href="/events/{event.slug}/register">Register</a>' in page
    assert f'href="/events/{event.slug}/event.ics"' in page
    assert 'href="webcal://localhost/organisers/ditta/calendar.ics?lang=en"' in page
    assert "go to the waitlist in order" in page


def test_the_seats_left_are_said_in_words_and_as_a_number(page_client, event):
    factories.register(event)
    page = shown(page_client, event)
    assert 'data-seats-left="2"' in page
    assert "2 of 3 seats left" in page


def test_an_organiser_may_hide_the_numbers(page_client, event):
    edit(event, shows_seats=False)
    page = shown(page_client, event)
    assert "data-seats-left" not in page
    assert "of 3" not in page
    assert "Seats available" in page


def test_a_full_event_offers_the_waitlist_and_says_how_many_wait(page_client, event):
    for name in ("Ada", "Ben", "Cleo", "Dora"):
        factories.register(event, name)
    page = shown(page_client, event)
    assert 'data-seats-left="0"' in page
    assert "(1 waiting)" in page
    assert ">Join the waitlist</a>" in page
    assert ">Register</a>" not in page


def test_a_full_event_without_a_waitlist_offers_nothing(page_client, event):
    edit(event, has_waitlist=False)
    factories.register(event, party=3)
    page = shown(page_client, event)
    assert "All seats are taken" in page
    assert "/register" not in page.replace('register", "availability"', "").split("<main")[1]


@pytest.mark.parametrize(
    ("limit", "told"), [(0, "There is no waitlist"), (1, "The waitlist takes up to 1 registration.")]
)
def test_a_waitlist_that_takes_nobody_more_is_not_offered(page_client, page_app, limit, told):
    event = make_event(capacity=1, line={"waitlist_limit": limit})
    for name in ("Ada", "Ben")[: 1 + limit]:
        factories.register(event, name)
    page = shown(page_client, event)
    assert told in page
    assert "At most 0" not in page
    assert "All seats are taken" in page
    assert "Still want to come? Contact the organiser" in page
    assert "/register" not in page.split("<main")[1]
    assert "you can join the waitlist" not in page_client.get("/").text
    assert "All seats are taken" in page_client.get(f"/events/{event.slug}/register").text


def test_who_is_decided_on_may_ask_though_the_waitlist_is_full(page_client, page_app):
    event = make_event(capacity=1, line={"waitlist_limit": 0, "needs_approval": True})
    assert "<form" in page_client.get(f"/events/{event.slug}/register").text


def test_when_every_category_is_full_the_free_seats_of_the_event_help_nobody(page_client, page_app):
    event = make_event(capacity=10, categories={"Member": 1, "Press": 1})
    factories.register(event, "Ada", category="Member")
    factories.register(event, "Ben", category="Press")
    page = shown(page_client, event)
    assert 'data-seats-left="0"' in page
    assert ">Join the waitlist</a>" in page


def test_each_category_says_what_it_has_left(page_client, page_app):
    event = make_event(capacity=10, categories={"Member": 4, "Press": 1, "Staff": None})
    factories.register(event, "Ada", category="Press")
    page = shown(page_client, event)
    assert "<bdi>Member</bdi> · 4 seats left" in page
    assert "<bdi>Press</bdi> · full, waitlist open" in page
    assert "<bdi>Staff</bdi> </li>" in page


def test_with_the_strict_rule_free_seats_are_kept_for_the_head_of_the_line(page_client, page_app):
    event = make_event(capacity=3, policy=rules.STRICT)
    factories.register(event, "Ada", party=2)
    factories.register(event, "Ben", party=2)
    page = shown(page_client, event)
    assert 'data-seats-left="1"' in page
    assert "<p>Free seats are held for those ahead of you.</p>" in page
    assert "As soon as there are enough left for your whole group, you get them" in page
    assert ">Join the waitlist</a>" in page


def test_before_it_opens_the_page_says_when(page_client, page_app):
    event = make_event(opens_at=clock.now() + DAY)
    page = shown(page_client, event)
    assert "Registration opens on " in page
    assert "button primary" not in page


def test_after_the_window_the_page_says_so_and_whom_to_ask(page_client, page_app):
    event = make_event(closes_at=clock.now() - DAY)
    page = shown(page_client, event)
    assert "Registration has closed." in page
    assert 'href="mailto:ditta@example.org"' in page
    assert "button primary" not in page


def test_an_event_that_is_over_shows_its_papers_with_their_language(page_client, page_app):
    event = make_event(starts_in=-2 * DAY)
    publish(event, "Vers un avenir", "https://www.example.org/avenir.pdf", "fr")
    page = shown(page_client, event)
    assert "This event is over." in page
    assert 'href="https://www.example.org/avenir.pdf" dir="auto" lang="fr" hreflang="fr"' in page
    assert "French, <bdi>example.org</bdi>" in page
    assert "button primary" not in page


def test_a_cancelled_event_stays_visible_and_says_so(page_client, event):
    edit(event, status="cancelled")
    page = shown(page_client, event)
    assert "This event is cancelled." in page
    assert "EventCancelled" in page
    assert "button primary" not in page


@pytest.mark.parametrize("status", ["draft"])
def test_a_draft_is_nowhere(page_client, event, status):
    assert page_client.get(path(event)).status_code == 200
    edit(event, status=status)
    assert page_client.get(path(event)).status_code == 404
    assert event.slug not in page_client.get("/").text
    assert event.slug not in page_client.get("/organisers/ditta/").text
    assert event.slug not in page_client.get("/sitemap.xml").text


@pytest.mark.parametrize("address", ["/events/nothing/", "/programmes/nothing/", "/organisers/nothing/"])
def test_what_is_not_there_is_said_to_be_not_there(page_client, page_app, address):
    answer = page_client.get(address)
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_the_online_address_is_for_those_with_a_seat_until_it_is_over(page_client, event):
    edit(event, online_url="https://meet.example.org/secret")
    page = shown(page_client, event)
    assert "meet.example.org" not in page
    assert "Also online" in page
    past = clock.now() - 2 * DAY
    edit(event, starts_at=past, ends_at=past + timedelta(hours=2))
    assert "https://meet.example.org/secret" in shown(page_client, event)


def test_the_map_is_a_plain_link_to_the_point_or_to_the_address(page_client, event):
    assert "https://www.openstreetmap.org/search?query=Autoworld%2C%20Parc" in shown(page_client, event)
    edit(event, latitude=50.8411, longitude=4.3936)
    page = shown(page_client, event)
    assert "https://www.openstreetmap.org/?mlat=50.8411&amp;mlon=4.3936#map=17/50.8411/4.3936" in page
    assert "<iframe" not in page


def test_words_in_another_language_say_which(page_client, event):
    word(event, "fr", title="Atelier", summary="Une matinée", description="Café")
    assert '<h1 dir="auto">Workshop' in shown(page_client, event)
    only_french = make_event(title="x")
    word(only_french, "en", locale="ar", title="ورشة عمل", summary="صباح")
    page = shown(page_client, only_french)
    assert '<h1 dir="auto" lang="ar">ورشة عمل</h1>' in page


def test_the_programmes_of_an_event_are_named_once_it_joins_them(page_client, event):
    assert "Part of" not in shown(page_client, event)
    slug = link("DITTA day", event)
    assert f'href="/programmes/{slug}/"' in shown(page_client, event)
