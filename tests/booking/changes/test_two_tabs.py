"""Of two tabs on one form the stale one neither wins silently nor loses what was typed."""

from html import unescape

import pytest
from sqlalchemy import select

from registration.booking.models import Answer, Attendee, Booking
from registration.core.database import db
from registration.events.services import QuestionFacts
from tests.booking.arranging import booked, fields_in, link_in, sent, to
from tests.factories import make_event

NEED = QuestionFacts("Name on the badge", "text")
FOOD = QuestionFacts("Your food", "choice", choices="Meat\nVegetarian\nVegan")
BEN = "ben@example.org"


def stored(registration) -> list[tuple[str, str]]:
    db.session.rollback()
    query = select(Attendee.name, Attendee.firm).where(Attendee.registration_id == registration.id)
    return [tuple(row) for row in db.session.execute(query.order_by(Attendee.rank))]


def answers(registration) -> set[str]:
    db.session.rollback()
    query = select(Answer.value).join(Attendee, Attendee.id == Answer.attendee_id)
    return set(db.session.scalars(query.where(Attendee.registration_id == registration.id)))


@pytest.fixture
def party(client):
    event = make_event(questions=(NEED, FOOD), capacity=5)
    page, registration = booked(event, "Ada", party=2)
    return f"{page}registrations/{registration.id}/edit", registration


def opened(client, address) -> dict[str, str]:
    """Return the form of a tab as a browser would send it back."""
    return fields_in(client.get(address).text)


def test_what_the_other_tab_alone_changed_stays(client, party):
    address, registration = party
    stale, fresh = opened(client, address), opened(client, address)
    first = client.post(address, data=fresh | {"attendees-1-name": "Ben"})
    second = client.post(address, data=stale | {"attendees-0-firm": "Agfa"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert stored(registration) == [("Ada", "Agfa"), ("Ben", "")]


def test_what_both_changed_is_asked_about_and_what_was_typed_stays(client, party):
    address, registration = party
    stale, fresh = opened(client, address), opened(client, address)
    client.post(address, data=fresh | {"attendees-1-name": "Ben", "attendees-0-name": "Ada King"})
    refused = client.post(address, data=stale | {"attendees-1-name": "Cleo", "attendees-1-firm": "Agfa"})
    told = unescape(refused.text)
    assert refused.status_code == 409
    assert "Saved meanwhile: Ben" in told
    assert 'value="Cleo"' in told
    assert 'value="Ada King"' in told
    assert "saved=" not in refused.headers.get("Location", "")
    assert stored(registration) == [("Ada King", ""), ("Ben", "")]
    again = client.post(address, data=fields_in(refused.text))
    assert again.status_code == 303
    assert stored(registration) == [("Ada King", ""), ("Cleo", "Agfa")]


def test_answers_are_compared_one_by_one(client, party):
    address, registration = party
    stale, fresh = opened(client, address), opened(client, address)
    badge = next(name for name in fresh if name.startswith("attendees-0-q"))
    client.post(address, data=fresh | {badge: "Countess"})
    refused = client.post(address, data=stale | {badge: "Lady"})
    assert refused.status_code == 409
    assert "Saved meanwhile: Countess" in unescape(refused.text)
    assert answers(registration) == {"Countess"}


def test_the_contact_is_asked_in_the_same_way(client):
    page, registration = booked(make_event(), "Ada")
    address = f"{page}edit"
    stale, fresh = opened(client, address), opened(client, address)
    assert client.post(address, data=fresh | {"name": "Ada King"}).status_code == 303
    refused = client.post(address, data=stale | {"name": "Countess"})
    assert refused.status_code == 409
    assert "Saved meanwhile: Ada King" in refused.text
    assert 'value="Countess"' in refused.text
    assert client.post(address, data=fields_in(refused.text)).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Booking, registration.booking_id).name == "Countess"


def test_an_attendee_with_an_address_of_her_own_is_asked_too(client):
    page, registration = booked(make_event(), "Ada", party=2)
    address = f"{page}registrations/{registration.id}/edit"
    client.post(address, data=opened(client, address) | {"attendees-1-email": BEN})
    own = link_in(to(sent(), BEN), "attendees")
    stale, fresh = opened(client, own), opened(client, own)
    assert client.post(own, data=fresh | {"firm": "Agfa"}).status_code == 303
    refused = client.post(own, data=stale | {"firm": "Miers"})
    assert refused.status_code == 409
    assert "Saved meanwhile: Agfa" in refused.text
    # The contact's form and hers are of the same rows.
    contacts = client.post(address, data=opened(client, address) | {"attendees-1-firm": "Nordlicht"})
    assert contacts.status_code == 303
    late = client.post(own, data=stale | {"firm": "Miers"})
    assert "Saved meanwhile: Nordlicht" in late.text
