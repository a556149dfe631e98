"""Two ways into a calendar: a subscription, and a copy of one event."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from registration.ical.links import additions, subscriptions
from tests.factories import make_event
from tests.ical.test_entries import HOSTILE, MEETING

FEED = "https://events.example.org/organisers/ditta/calendar.ics"


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def test_programs_subscribe_by_webcal_and_google_by_it_too():
    to = subscriptions(FEED, "DITTA")
    assert to.webcal == "webcal://events.example.org/organisers/ditta/calendar.ics"
    assert asked(to.google) == {"cid": to.webcal}
    assert asked(to.outlook) == asked(to.office) == {"url": FEED, "name": "DITTA"}


def test_a_copy_says_the_same_as_the_entry():
    google, outlook = asked(additions(MEETING).google), asked(additions(MEETING).outlook)
    assert google["text"] == outlook["subject"] == MEETING.title
    assert google["location"] == outlook["location"] == MEETING.location
    assert google["dates"] == "20261211T130000Z/20261211T170000Z"
    assert (outlook["startdt"], outlook["enddt"]) == ("2026-12-11T13:00:00Z", "2026-12-11T17:00:00Z")
    assert google["details"].endswith(MEETING.url)


def test_a_gala_of_a_whole_day_over_new_year_ends_the_day_after():
    gala = replace(
        MEETING,
        all_day=True,
        starts_at=datetime(2026, 12, 30, 23, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, 23, tzinfo=UTC),
    )
    assert asked(additions(gala).google)["dates"] == "20261231/20270102"
    outlook = asked(additions(gala).outlook)
    assert (outlook["startdt"], outlook["enddt"], outlook["allday"]) == ("2026-12-31", "2027-01-02", "true")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_one_value(words):
    hostile = replace(MEETING, title=words, location=words, description=words)
    for url in (additions(hostile).google, additions(hostile).outlook):
        assert set(asked(url)) <= {
            "action", "text", "dates", "ctz", "details", "location", "path", "rru", "subject", "startdt",
            "enddt", "allday", "body",
        }  # fmt: skip
        assert url.isascii()


@pytest.mark.parametrize("path", ["/", "/organisers/ditta/", "/events/workshop-on-nomenclatures/"])
def test_pages_keep_subscribing_and_adding_apart(page_app, page_client, path):
    make_event()
    page = page_client.get(path).text
    feed = "/organisers/ditta/" if "events" in path else path
    assert f'href="webcal://localhost{feed}calendar.ics?lang=en"' in page
    assert "Subscribe in Google Calendar" in page
    assert "Updates automatically." in page
    assert ("Add this event" in page) == ("events" in path)
    assert ("Later changes will not appear." in page) == ("events" in path)


@pytest.mark.parametrize("path", ["/", "/organisers/ditta/"])
def test_the_qr_code_is_a_picture_of_its_own(page_app, page_client, path):
    make_event()
    page = page_client.get(path).text
    picture = page_client.get(re.search(r'<img src="([^"]+)"', page)[1])
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert b"<svg" in picture.data
    assert b"style" not in picture.data, "the policy of the page would take it away"


def test_there_is_no_code_of_what_is_not_there(page_app, page_client):
    for path in ("/organisers/nobody/calendar.svg", "/programmes/nothing/calendar.svg", "/feeds/x.svg"):
        assert page_client.get(path).status_code == 404
