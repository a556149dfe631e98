"""Codes, invitations and unlisted events on the one form of a programme."""

import pytest

from registration.booking.models import Booking
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from tests.booking.programme_arranging import errors, filled, make_programme, path
from tests.booking.views.test_register_page import count
from tests.factories import make_event


@pytest.fixture
def events(page_app):
    """A workshop for everybody and a dinner that can be closed."""
    return make_event(title="Workshop", capacity=5), make_event(title="Dinner", capacity=5)


@pytest.fixture
def programme(events):
    return make_programme(*events)


def test_the_code_of_one_event_is_asked_only_of_who_chooses_it(page_client, events, programme):
    workshop, dinner = events
    change_ways_in(dinner.id, WaysIn(access_code="dinner-27"), SYSTEM)
    page = page_client.get(path(programme)).text
    assert 'name="code"' in page
    assert 'Access code</span> <span class="optional">' in page
    both = filled(page_client, programme, workshop, dinner)
    answer = page_client.post(path(programme), data=both)
    assert answer.status_code == 422
    assert list(errors(answer)) == ["code"]
    assert count(Booking) == 0
    assert page_client.post(path(programme), data=both | {"code": "dinner-27"}).status_code == 303
    other = filled(page_client, programme, workshop, email="ben@example.org")
    assert page_client.post(path(programme), data=other).status_code == 303


def test_an_event_by_invitation_is_named_and_not_offered(page_client, events, programme):
    workshop, dinner = events
    data = filled(page_client, programme, workshop, dinner)
    change_ways_in(dinner.id, WaysIn(by_invitation=True), SYSTEM)
    page = page_client.get(path(programme)).text
    assert f'value="{dinner.slug}"' not in page
    assert "By invitation only" in page
    answer = page_client.post(path(programme), data=data)
    assert answer.status_code == 422
    assert count(Booking) == 0


def test_an_unlisted_event_is_not_on_the_form(page_client, events, programme):
    change_ways_in(events[1].id, WaysIn(visibility="unlisted"), SYSTEM)
    assert "Dinner" not in page_client.get(path(programme)).text
    assert "Dinner" not in page_client.get(f"/programmes/{programme}/").text


def test_a_programme_of_which_nothing_is_open_to_all_says_so(page_client, events, programme):
    for event in events:
        change_ways_in(event.id, WaysIn(by_invitation=True), SYSTEM)
    page = page_client.get(path(programme)).text
    assert "No event of this programme takes registrations now." in page
