"""What becomes of seats that are given back is said as it is: nobody may wait, or seats go by hand."""

import pytest

from tests import factories
from tests.booking.arranging import booked
from tests.factories import make_event, register, token_in


def cancel(client, event, registration, path: str = "cancel") -> str:
    """Press the button on the registration's page and return what the next page says."""
    page = f"/organiser/events/{event.slug}/registrations/{registration.id}"
    data = {"csrf_token": token_in(client.get(page).text), "tells": "y"}
    answer = client.post(f"{page}/{path}", data=data)
    assert answer.status_code == 303
    return client.get(answer.location).text.split('role="status">')[1].split("</div>")[0]


@pytest.mark.parametrize(
    ("promotion", "waiting", "told"),
    [
        ("direct", 1, "1 seat goes to the waitlist straight away."),
        ("offer", 1, "1 seat is offered to the waitlist straight away."),
        ("manual", 1, "1 seat becomes free. Assign it manually from the waitlist."),
        ("direct", 0, "1 seat becomes free. Nobody is waiting for it."),
        ("manual", 0, "1 seat becomes free. Nobody is waiting for it."),
    ],
)
def test_the_organiser_reads_before_what_becomes_of_the_seat(owner, promotion, waiting, told):
    event = make_event(capacity=1, line={"promotion": promotion})
    ada = register(event, "Ada")
    for _one in range(waiting):
        register(event, "Ben")
    assert told in owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text


@pytest.mark.parametrize(
    ("promotion", "waiting", "is_told"),
    [("direct", 1, True), ("offer", 1, True), ("manual", 1, False), ("direct", 0, False)],
)
def test_and_afterwards_whether_anybody_was_told(owner, promotion, waiting, is_told):
    event = make_event(capacity=1, line={"promotion": promotion})
    ada = register(event, "Ada")
    for _one in range(waiting):
        register(event, "Ben")
    told = cancel(owner, event, ada)
    assert "Cancelled." in told
    assert ("1 party from the waitlist was told of it." in told) == is_told


def test_giving_one_seat_back_says_whom_that_told(owner):
    event = make_event(capacity=2)
    ada = register(event, "Ada", party=2)
    register(event, "Ben")
    guest = factories.attendees(ada)[1]
    told = cancel(owner, event, ada, f"attendees/{guest.id}/cancel")
    assert "The seat was given back. 1 party from the waitlist was told of it." in told


@pytest.mark.parametrize("promotion", ["direct", "offer", "manual"])
def test_an_attendee_is_promised_nothing_about_the_next(page_app, page_client, promotion):
    event = make_event(capacity=1, line={"promotion": promotion})
    token, _registration = booked(event, "Ada")
    page = page_client.get(token).text
    assert "Your seat is released immediately." in page
    assert "the waitlist straight away" not in page
    assert "Assign it manually" not in page
