"""A poster of an event, and its address as a QR code that phones read."""

import re
from datetime import timedelta

import pytest
import segno

from registration.core import clock
from tests.factories import make_event
from tests.site.arranging import edit


@pytest.fixture
def event(page_app):
    return make_event(title="Annual meeting", street="Parc du Cinquantenaire 11", country="BE")


def test_the_poster_says_what_when_where_and_shows_the_code(page_client, event):
    page = page_client.get(f"/events/{event.slug}/poster").text
    for words in ("Annual meeting", "Autoworld", "Parc du Cinquantenaire 11", "Brussels", "DITTA"):
        assert words in page
    assert f'src="/events/{event.slug}/qr.svg"' in page
    assert f"http://localhost/events/{event.slug}/" in page
    assert "noindex" in page


def test_the_code_is_the_address_of_the_page_and_no_micro_qr(page_client, event):
    answer = page_client.get(f"/events/{event.slug}/qr.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    drawn = re.findall(r'd="([^"]+)"', answer.text)
    wanted = segno.make_qr(f"http://localhost/events/{event.slug}/", error="m")
    assert not wanted.is_micro
    expected = re.findall(r'd="([^"]+)"', wanted.svg_inline(border=4, scale=8, dark="#000", light="#fff"))
    assert drawn == expected


def test_what_is_not_published_has_no_poster(page_client, event):
    for status in ("draft", "cancelled"):
        edit(event, status=status)
        for ending in ("poster", "qr.svg"):
            assert page_client.get(f"/events/{event.slug}/{ending}").status_code == 404


def test_the_poster_of_an_event_by_invitation_asks_nobody_to_register(page_client, event):
    edit(event, by_invitation=True)
    page = page_client.get(f"/events/{event.slug}/poster").text
    assert "Register here" not in page
    assert "Event details" in page


def test_the_poster_of_an_event_that_is_over_asks_nobody_to_register(page_client, event):
    assert "Register here" in page_client.get(f"/events/{event.slug}/poster").text
    over = clock.now() + timedelta(days=400)
    with clock.running(lambda: over):
        page = page_client.get(f"/events/{event.slug}/poster").text
    assert "Register here" not in page
    assert "Event details" in page
