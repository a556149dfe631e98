"""The lists: what is coming, an organiser, a programme; and the files that robots read."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from registration.core import clock
from tests import factories
from tests.factories import make_event
from tests.site.arranging import edit, link, publish

DAY = timedelta(days=1)


def test_the_front_page_lists_what_is_coming_soonest_first_then_what_was_held(page_client, page_app):
    make_event(title="Second", starts_in=20 * DAY)
    make_event(title="First", starts_in=10 * DAY)
    held = make_event(title="Gala", starts_in=-5 * DAY)
    publish(held, "Opening address", "https://example.org/1.pdf")
    page = page_client.get("/").text
    assert page.index(">First<") < page.index(">Second<") < page.index("Past events") < page.index(">Gala<")
    assert "1 presentation or document" in page
    assert f'href="/events/{held.slug}/#materials"' in page


def test_an_event_under_way_is_still_coming_and_one_over_is_not(page_client, page_app):
    make_event(title="Now", starts_in=-timedelta(hours=1))
    make_event(title="Gone", starts_in=-timedelta(hours=4))
    page = page_client.get("/").text
    assert page.index(">Now<") < page.index("Past events") < page.index(">Gone<")


def test_an_empty_site_says_so(page_client, page_app):
    assert "No upcoming events" in page_client.get("/").text


def test_cards_say_in_which_phase_an_event_is(page_client, page_app):
    make_event(title="Open", capacity=5)
    make_event(title="Later", opens_at=clock.now() + DAY)
    make_event(title="Closed", closes_at=clock.now() - DAY)
    edit(make_event(title="Off"), status="cancelled")
    full = make_event(title="Full", capacity=1)
    factories.register(full)
    page = page_client.get("/").text
    for words in (
        "5 of 5 seats left",
        "Registration opens on",
        "Registration has closed",
        ">Cancelled<",
        "Full – you can join the waitlist",
    ):
        assert words in page


def test_programmes_are_named_on_the_cards_and_show_their_events_in_order(page_client, page_app):
    meeting = make_event(title="Meeting", starts_in=10 * DAY)
    workshop = make_event(title="Workshop", starts_in=12 * DAY)
    slug = link("DITTA day", workshop, meeting)
    assert page_client.get("/").text.count(f'href="/programmes/{slug}/"') == 2
    page = page_client.get(f"/programmes/{slug}/").text
    assert page.index(">Workshop<") < page.index(">Meeting<")
    assert "<strong>Both.</strong>" in page
    assert f'href="webcal://localhost/programmes/{slug}/calendar.ics?lang=en"' in page


def test_a_programme_leads_to_the_form_of_each_event_that_takes_people(page_client, page_app):
    free = make_event(title="Free")
    full = make_event(title="Full", capacity=1)
    factories.register(full)
    closed = make_event(title="Closed", closes_at=clock.now() - DAY)
    page = page_client.get(f"/programmes/{link('Day', free, full, closed)}/").text
    assert f'href="/events/{free.slug}/register">Register<' in page
    assert f'href="/events/{full.slug}/register">Join the waitlist<' in page
    assert f'href="/events/{closed.slug}/register"' not in page


def test_an_organiser_shows_its_own_events_alone(page_client, page_app):
    make_event(title="Ours")
    make_event(title="Theirs", organiser="cocir")
    page = page_client.get("/organisers/ditta/").text
    assert ">Ours<" in page
    assert "Theirs" not in page
    assert 'href="mailto:ditta@example.org"' in page


@pytest.mark.parametrize("address", ["/", "/organisers/ditta/", "/programmes/day/"])
def test_a_longer_list_asks_no_more_questions(page_client, page_app, asked, address):
    def questions() -> int:
        asked.clear()
        assert page_client.get(address).status_code == 200
        return len(asked)

    def add(count: int) -> list[factories.Made]:
        return [make_event(title=f"Event {number}", categories={"Member": 2}) for number in range(count)]

    events = add(3)
    for one in events:
        publish(one, "Paper", "https://example.org/p.pdf")
    if address == "/programmes/day/":
        link("day", *events)
        few = questions()
        link("day two", *events, *add(27))
        asked.clear()
        page_client.get("/programmes/day-two/")
        assert len(asked) == few
        return
    few = questions()
    add(27)
    assert questions() == few
    assert few <= 10


def test_the_host_of_a_request_gets_into_no_link(page_client, page_app):
    event = make_event()
    for address in ("/", f"/events/{event.slug}/", "/organisers/ditta/", "/robots.txt", "/sitemap.xml"):
        assert "//evil.example.org" not in page_client.get(address, headers={"Host": "evil.example.org"}).text


def test_robots_may_read_pages_and_feeds(page_client, page_app):
    answer = page_client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    closed = [line.removeprefix("Disallow: ") for line in answer.text.splitlines() if "Disallow" in line]
    for open_path in ("/", "/calendar.ics", "/feeds/x.ics", "/organisers/ditta/calendar.ics", "/events/x/"):
        assert not any(open_path.startswith(path) for path in closed)
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text


def test_the_sitemap_lists_events_programmes_and_organisers(page_client, page_app):
    event = make_event()
    slug = link("DITTA day", event)
    answer = page_client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    found = [one.text for one in ElementTree.fromstring(answer.text).iter() if one.tag.endswith("loc")]
    for path in ("/", f"/events/{event.slug}/", f"/programmes/{slug}/", "/organisers/ditta/", "/privacy"):
        assert f"http://localhost{path}" in found
