"""An unlisted event is found by its link alone."""

import pytest

from tests.factories import make_event, register
from tests.site.arranging import edit, link


@pytest.fixture
def event(page_app):
    made = make_event(title="Dinner of the board")
    edit(made, visibility="unlisted")
    link("Autumn", made, make_event(title="Annual meeting"))
    return made


def test_its_page_form_and_file_open_by_the_link_and_are_kept_out_of_search(page_client, event):
    page = page_client.get(f"/events/{event.slug}/")
    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert page_client.get(f"/events/{event.slug}/register").status_code == 200
    assert page_client.get(f"/events/{event.slug}/event.ics").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/organisers/ditta/",
        "/programmes/autumn/",
        "/calendar.ics",
        "/calendar-all.ics",
        "/organisers/ditta/calendar.ics",
        "/programmes/autumn/calendar.ics",
        "/sitemap.xml",
    ],
)
def test_no_list_names_it_until_it_is_listed(page_client, event, address):
    assert event.slug not in page_client.get(address).text
    edit(event, visibility="public")
    assert event.slug in page_client.get(address).text


def test_a_page_that_was_kept_follows_when_it_becomes_unlisted(page_client, event):
    other = make_event(title="Seminar")
    assert "noindex" not in page_client.get(f"/events/{other.slug}/").text
    edit(other, visibility="unlisted")
    assert "noindex" in page_client.get(f"/events/{other.slug}/").text


def test_who_has_a_seat_keeps_it_in_her_own_calendar(page_client, event):
    assert register(event, "Ada").state == "confirmed"


def test_the_sitemap_says_when_each_page_changed(page_client, page_app):
    event = make_event()
    page = page_client.get("/sitemap.xml").text
    line = next(row for row in page.split("\n") if event.slug in row)
    assert "<lastmod>20" in line
