"""Whether an address is registered cannot be found out: what is refused is refused to everybody alike."""

import re

import pytest

from registration.booking.event_settings.waitlist import change_line
from registration.core.database import db
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from registration.seats import rules
from registration.seats.queries import line_policy
from tests.booking import programme_arranging as programmes
from tests.booking.statements import statements
from tests.factories import make_event, register, token_in

KNOWN, UNKNOWN = "ada@example.org", "ben@example.org"


def masked(html):
    """Return a page without what differs by itself: keys, and the address that was typed."""
    html = re.sub(r'value="[^"]{40,}"', 'value="…"', html)
    return html.replace(KNOWN, "…").replace(UNKNOWN, "…")


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


@pytest.mark.parametrize("arrange", [full, waitlist_full, party_too_large, wrong_code, together])
def test_a_refusal_is_the_same_for_an_address_that_is_registered(page_app, page_client, arrange):
    path, _event, more, close = arrange(page_client)
    # Two forms that were opened before anything was closed.
    keys = [token_in(page_client.get(path).text, "submit_key") for _each in range(2)]
    close()
    answers, costs = [], []
    for key, email in zip(keys, (KNOWN, UNKNOWN), strict=True):
        data = {
            "submit_key": key,
            "seats_seen": "",
            "name": "Ada Lovelace",
            "email": email,
            "firm": "Agfa",
            "locale": "en",
            "consent": "y",
            "attendees-0-name": "",
        } | more
        # What is read of the event once in a while is read now.
        page_client.get(path)
        ran = statements(lambda data=data: answers.append(page_client.post(path, data=data)))
        costs.append(len(ran))
    known, unknown = answers
    assert 400 <= unknown.status_code < 500, unknown.headers
    assert (known.status_code, masked(known.text)) == (unknown.status_code, masked(unknown.text))
    assert known.headers.get("Location") == unknown.headers.get("Location")
    assert abs(costs[0] - costs[1]) <= 1


def test_an_address_is_never_answered_by_the_forms_that_send_mail(page_app, page_client):
    event = make_event()
    register(event, "Ada", email=KNOWN)
    pages = []
    for email in (KNOWN, UNKNOWN):
        answer = page_client.post("/bookings/link", data={"email": email})
        pages.append((answer.status_code, answer.headers["Location"], masked(answer.text)))
    assert pages[0] == pages[1]
