"""The access code on the form: asked for where it is needed, judged at its field, bounded in tries."""

import pytest

from registration.booking.models import Booking
from registration.booking.views.codes import TRIES
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from tests.booking.views.test_register_page import count, errors, filled, path
from tests.factories import make_event


@pytest.fixture
def event(page_app):
    made = make_event(capacity=5, categories={"Member": None, "Press": None})
    change_ways_in(made.id, WaysIn(access_code="gala-2027"), SYSTEM)
    return made


def test_the_form_asks_for_the_code_and_the_page_says_so(page_client, event):
    assert 'name="code"' in page_client.get(path(event)).text
    assert "need an access code" in page_client.get(f"/events/{event.slug}/").text
    other = make_event(title="Open to all")
    assert 'name="code"' not in page_client.get(path(other)).text


def test_the_code_itself_stands_on_no_page(page_client, event):
    for address in (path(event), f"/events/{event.slug}/", "/", f"{path(event)}?code=gala-2027"):
        assert "gala-2027" not in page_client.get(address).text


@pytest.mark.parametrize("code", ["", "gala-2028"])
def test_a_wrong_code_is_told_at_its_field_and_everything_is_kept(page_client, event, code):
    answer = page_client.post(path(event), data=filled(page_client, event, code=code))
    assert answer.status_code == 422
    assert list(errors(answer)) == ["code"]
    assert 'value="Ada Lovelace"' in answer.text
    assert f'value="{code}"' in answer.text
    assert count(Booking) == 0


def test_the_right_code_opens(page_client, event):
    answer = page_client.post(path(event), data=filled(page_client, event, code=" Gala-2027 "))
    assert answer.status_code == 303
    assert "gala" not in answer.headers["Location"].lower().replace(event.slug, "")


def test_whoever_guesses_is_stopped_and_then_the_right_code_does_not_tell(page_client, event):
    data = filled(page_client, event)
    for number in range(TRIES):
        assert page_client.post(path(event), data=data | {"code": f"guess-{number}"}).status_code == 422
    for code in ("guess", "gala-2027"):
        answer = page_client.post(path(event), data=data | {"code": code})
        assert answer.status_code == 429
        assert list(errors(answer)) == ["code"]
    assert count(Booking) == 0


def test_right_codes_are_not_counted_against_an_office(page_client, event):
    data = filled(page_client, event, code="gala-2027", name="")
    for _number in range(TRIES + 2):
        assert page_client.post(path(event), data=data).status_code == 422


def test_an_event_by_invitation_shows_no_form_and_takes_none(page_client, event):
    data = filled(page_client, event, code="gala-2027")
    change_ways_in(event.id, WaysIn(by_invitation=True), SYSTEM)
    page = page_client.get(path(event)).text
    assert "By invitation only" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    assert "by invitation only" in page_client.get(f"/events/{event.slug}/").text
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 403
    assert "by invitation only" in answer.text
    assert 'value="Ada Lovelace"' in answer.text
