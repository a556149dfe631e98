"""What search engines and messengers are told of an event."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from registration.core import clock
from tests.factories import make_event, register
from tests.site.arranging import edit, word


@pytest.fixture
def event(page_app):
    return make_event(capacity=2, title="Annual meeting", street="Parc 11", country="BE")


def data(client, event):
    page = client.get(f"/events/{event.slug}/").text
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])


def tags(client, event) -> dict[str, str]:
    page = client.get(f"/events/{event.slug}/").text
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def test_an_event_is_told_with_place_organiser_seats_and_offer(page_client, event):
    register(event, "Ada")
    found = data(page_client, event)
    assert found["eventStatus"] == "https://schema.org/EventScheduled"
    assert found["location"]["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Parc 11",
        "addressLocality": "Brussels",
        "addressCountry": "BE",
    }
    assert found["organizer"]["name"] == "DITTA"
    assert (found["maximumAttendeeCapacity"], found["remainingAttendeeCapacity"]) == (2, 1)
    assert found["offers"]["availability"] == "https://schema.org/InStock"
    assert found["offers"]["url"].endswith("/register")
    assert "image" not in found
    assert "price" not in found["offers"]


def test_the_offer_says_from_when_until_when(page_client, event):
    opens, closes = (clock.now() + timedelta(days=days) for days in (2, 5))
    edit(event, opens_at=opens, closes_at=closes)
    offer = data(page_client, event)["offers"]
    assert offer["validFrom"] == opens.isoformat(timespec="seconds")
    assert offer["validThrough"] == closes.isoformat(timespec="seconds")


def test_hidden_numbers_stay_hidden_and_a_cancelled_event_offers_nothing(page_client, event):
    edit(event, shows_seats=False)
    found = data(page_client, event)
    assert not {"maximumAttendeeCapacity", "remainingAttendeeCapacity"} & set(found)
    assert "availability" not in found["offers"]
    edit(event, status="cancelled")
    found = data(page_client, event)
    assert found["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in found


def test_nothing_empty_is_told(page_client, event):
    assert "description" not in data(page_client, event)
    assert "og:description" not in tags(page_client, event)
    word(event, summary="Once a year")
    assert data(page_client, event)["description"] == "Once a year"
    assert tags(page_client, event)["og:description"] == "Once a year"


def test_messengers_get_a_title_an_address_and_a_language(page_client, event):
    found = tags(page_client, event)
    assert found["og:title"] == "Annual meeting"
    assert found["og:url"] == f"http://localhost/events/{event.slug}/"
    assert found["og:locale"] == "en_GB"
    assert found["twitter:card"] == "summary"
