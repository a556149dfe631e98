"""Nothing of the back office leads to a page with no way on, or to a button that can only be refused."""

from datetime import timedelta

import pytest

from registration.booking.event_settings import closing
from registration.booking.event_settings.closing import close_registration
from registration.core import clock
from registration.journal.services import SYSTEM
from tests.factories import make_event, register, token_in


def base(event) -> str:
    return f"/organiser/events/{event.slug}"


@pytest.mark.parametrize("other", ["999999", "another event's"])
def test_a_number_of_nobody_here_is_answered_on_the_page_it_was_typed(owner, other):
    event, elsewhere = make_event(), make_event(title="Elsewhere")
    ada = register(event, "Ada")
    if other != "999999":
        other = str(register(elsewhere, "Ben").id)
    page = f"{base(event)}/registrations/{ada.id}"
    data = {"csrf_token": token_in(owner.get(page).text), "other": other}
    answer = owner.post(f"{page}/merge", data=data)
    assert answer.status_code == 409
    assert "Choose another registration of the same event." in answer.text
    assert f'value="{other}"' in answer.text


def test_an_event_that_has_begun_offers_no_opening_again(owner):
    event = make_event(starts_in=timedelta(hours=2))
    close_registration(event.id, SYSTEM)
    assert "Reopen registration" in owner.get(f"{base(event)}/").text
    begun = clock.now() + timedelta(hours=3)
    with clock.running(lambda: begun):
        assert "Reopen registration" not in owner.get(f"{base(event)}/").text


def test_a_cancelled_event_is_not_cancelled_again(owner):
    event = make_event()
    closing.cancel_event(event.id, SYSTEM)
    answer = owner.get(f"{base(event)}/cancel")
    assert answer.status_code == 303
    assert "The event is cancelled already." in owner.get(answer.headers["Location"]).text


def test_a_number_that_is_too_large_is_told_how_large_it_may_be(owner):
    event = make_event()
    page = owner.get(f"{base(event)}/line").text
    data = {"csrf_token": token_in(page), "policy": "first_fit", "promotion": "direct"}
    answer = owner.post(f"{base(event)}/line", data=data | {"waitlist_limit": "99999999"})
    assert answer.status_code == 422
    assert "Enter a number from 0 to 1000000." in answer.text
