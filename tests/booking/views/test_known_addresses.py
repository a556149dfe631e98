"""Whether an address is registered cannot be found out: what is refused is refused to everybody alike."""

import re

import pytest
from sqlalchemy import select

from registration.booking.event_settings.waitlist import change_line
from registration.booking.models import Attendee
from registration.core.database import db
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from registration.seats import rules
from registration.seats.queries import line_policy
from tests.booking import programme_arranging as programmes
from tests.booking.arranging import booked, key_of, link_in, sent
from tests.booking.statements import statements
from tests.factories import make_account, make_event, register, token_in

KNOWN, UNKNOWN = "ada@example.org", "ben@example.org"


def masked(html):
    """Return a page without what differs by itself: keys, and the address that was typed."""
    html = re.sub(r'value="[^"]{40,}"', 'value="…"', html)
    return html.replace(KNOWN, "…").replace(UNKNOWN, "…")


def form_of(key, email, name="Ada Lovelace"):
    """Return the form of one person as a browser sends it."""
    return {
        "submit_key": key,
        "seats_seen": "",
        "name": name,
        "email": email,
        "firm": "Agfa",
        "locale": "en",
        "consent": "y",
        "attendees-0-name": "",
    }


def full(page_client):
    event = make_event(capacity=1, has_waitlist=False)
    return f"/events/{event.slug}/register", event, {}, lambda: register(event, "Ada", email=KNOWN)


def waitlist_full(page_client):
    event = make_event(capacity=1)

    def fill():
        register(event, "Ada", email=KNOWN)
        policy = line_policy(db.session(), event.id)
        db.session.rollback()
        change_line(event.id, rules.LinePolicy(**(vars(policy) | {"waitlist_limit": 0})), SYSTEM)

    return f"/events/{event.slug}/register", event, {}, fill


def party_too_large(page_client):
    event = make_event(capacity=2, has_waitlist=False)
    more = {"attendees-1-name": "Cleo", "attendees-2-name": "Dan"}
    return f"/events/{event.slug}/register", event, more, lambda: register(event, "Ada", email=KNOWN)


def wrong_code(page_client):
    event = make_event(capacity=5)

    def close():
        register(event, "Ada", email=KNOWN)
        change_ways_in(event.id, WaysIn(access_code="sesame"), SYSTEM)

    return f"/events/{event.slug}/register", event, {"code": "wrong"}, close


def together(page_client):
    one, other = make_event(capacity=1, title="Day one"), make_event(capacity=5, title="Day two")
    slug = programmes.make_programme(one, other)

    def fill():
        register(one, "Ada", email=KNOWN)

    more = {"events": [one.slug, other.slug], "together": "y"}
    return programmes.path(slug), one, more, fill


def in_a_linked_programme(page_client):
    meeting, dinner = make_event(capacity=5, title="Meeting"), make_event(capacity=5, title="Dinner")
    slug = programmes.make_programme(meeting, dinner, requires={dinner.id: meeting.id})

    def fill():
        register(meeting, "Ada", email=KNOWN)

    return programmes.path(slug), dinner, {"events": [dinner.slug]}, fill


def linked_own_form(page_client):
    _path, dinner, _more, fill = in_a_linked_programme(page_client)
    return f"/events/{dinner.slug}/register", dinner, {}, fill


@pytest.mark.parametrize(
    "arrange",
    [full, waitlist_full, party_too_large, wrong_code, together, in_a_linked_programme, linked_own_form],
)
def test_a_refusal_is_the_same_for_an_address_that_is_registered(page_app, page_client, arrange):
    path, _event, more, close = arrange(page_client)
    # Two forms that were opened before anything was closed.
    keys = [token_in(page_client.get(path).text, "submit_key") for _each in range(2)]
    close()
    answers, costs = [], []
    for key, email in zip(keys, (KNOWN, UNKNOWN), strict=True):
        data = form_of(key, email) | more
        # What is read of the event once in a while is read now.
        page_client.get(path)
        ran = statements(lambda data=data: answers.append(page_client.post(path, data=data)))
        costs.append(len(ran))
    known, unknown = answers
    assert 400 <= unknown.status_code < 500, unknown.headers
    assert (known.status_code, masked(known.text)) == (unknown.status_code, masked(unknown.text))
    assert known.headers.get("Location") == unknown.headers.get("Location")
    # With the other event hers is written, and nobody is told: that costs what any registration does.
    is_linked = arrange in (in_a_linked_programme, linked_own_form)
    assert is_linked or abs(costs[0] - costs[1]) <= 1


def test_who_has_the_other_event_is_told_by_mail_alone(page_app, page_client):
    path, _dinner, more, fill = in_a_linked_programme(page_client)
    fill()
    sent()
    for _each in range(2):
        # The second has other answers under the key of the first: no conflict tells that it was taken.
        key = token_in(page_client.get(path).text, "submit_key")
        for name in ("Ada Lovelace", "Ada King"):
            answer = page_client.post(path, data=form_of(key, KNOWN, name) | more)
            assert answer.status_code == 409
            assert "is only for people who also attend" in answer.text
    [(address, mail), (_same, again)] = sent()
    assert (address, "Dinner" in str(mail["Subject"])) == (KNOWN, True)
    assert "/bookings/" in link_in(mail, "bookings")
    assert link_in(again, "bookings") == link_in(mail, "bookings")


def by_link(client, _own, email):
    return client.post("/bookings/link", data={"email": email})


def by_another_address(client, own, email):
    page, _registration = own
    data = {"key": key_of(client, page), "name": "Cleo", "email": email, "locale": "en"}
    return client.post(f"{page}edit", data=data)


def by_handing_on(client, own, email):
    page, registration = own
    [attendee] = db.session.scalars(
        select(Attendee.id).where(Attendee.registration_id == registration.id)
    ).all()
    path = f"{page}registrations/{registration.id}/attendees/{attendee}/hand-over"
    data = {"key": key_of(client, page), "name": "Ada", "email": email, "locale": "en"}
    return client.post(path, data=data)


def by_one_more_person(client, own, email):
    page, registration = own
    path = f"{page}registrations/{registration.id}/attendees/add"
    data = {"key": key_of(client, page), "name": "Ada", "email": email}
    return client.post(path, data=data)


def by_signing_in(client, _own, email):
    data = {"csrf_token": token_in(client.get("/login").text, "csrf_token"), "email": email}
    return client.post("/login", data=data | {"password": "not the password"})


def by_a_new_password(client, _own, email):
    data = {"csrf_token": token_in(client.get("/reset").text, "csrf_token"), "email": email}
    return client.post("/reset", data=data)


@pytest.mark.parametrize(
    "way", [by_link, by_another_address, by_handing_on, by_one_more_person, by_signing_in, by_a_new_password]
)
def test_no_form_that_takes_an_address_says_whether_it_is_known(page_app, page_client, way):
    event = make_event(capacity=9)
    register(event, "Ada", email=KNOWN)
    make_account(KNOWN, "owner")
    answers = []
    for email in (KNOWN, UNKNOWN):
        own = booked(event, "Cleo")
        answer = way(page_client, own, email)
        told = re.sub(
            r"/bookings/[^/\s\"]+|registrations/\d+|attendees/\d+|cleo[+]\d+|\bCleo\b", "…", answer.text
        )
        place = re.sub(r"/bookings/[^/]+/", "/bookings/…/", answer.headers.get("Location", ""))
        answers.append((answer.status_code, place, masked(told)))
    assert answers[0] == answers[1]
    assert answers[0][0] in (303, 400)


def test_an_address_is_never_answered_by_the_forms_that_send_mail(page_app, page_client):
    event = make_event()
    register(event, "Ada", email=KNOWN)
    pages = []
    for email in (KNOWN, UNKNOWN):
        answer = page_client.post("/bookings/link", data={"email": email})
        pages.append((answer.status_code, answer.headers["Location"], masked(answer.text)))
    assert pages[0] == pages[1]
