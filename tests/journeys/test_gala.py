"""A gala from its guest list to its certificates: invited, answered, asked again, missed, held."""

import re
from datetime import timedelta

import pytest

from registration.core import clock
from registration.core.database import db
from registration.events.models import Event
from registration.invitations.rules import read_guests
from registration.organiser.invitations.forms import preview_mark
from registration.reconfirm.chores import reconfirm
from tests import factories
from tests.factories import make_event, sign_in, token_in
from tests.invitations.test_pages import fields
from tests.mailbox import sent_to

DAY = timedelta(days=1)


@pytest.fixture
def gala(app, client):
    """A gala for two in 30 days, and its organiser signed in."""
    made = make_event(capacity=2, title="Gala dinner", starts_in=30 * DAY)
    sign_in(client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    return made


def post(client, address, **data):
    """Send the form at *address* in the back office."""
    found = client.post(address, data={"csrf_token": token_in(client.get(address).text)} | data)
    assert found.status_code == 303, found.text
    return client.get(found.headers["Location"]).text


def press(client, screen, ending, **data):
    """Press a button of a screen of the back office."""
    token = token_in(client.get(screen).text)
    return client.post(f"{screen}{ending}", data={"csrf_token": token} | data)


def link(text, ending="") -> str:
    found = re.search(r"http://localhost(/(?:invitations|bookings)/[^/\s]+/)", text)
    return found[1] + ending


def at(gala, days):
    db.session.rollback()
    moment = db.session.get_one(Event, gala.id).starts_at - days * DAY
    return clock.running(lambda: moment)


def say(client, app, name, answer):
    """Follow the link in the invitation, as the guest does, and confirm."""
    address = link(sent_to(f"{name}@example.org")[0][1], answer)
    return client.post(address, data=fields(client.get(address).text))


def test_a_gala_from_the_list_of_guests_to_the_certificate(app, client, gala):
    office = f"/organiser/events/{gala.slug}"
    post(client, f"{office}/ways-in", visibility="unlisted", by_invitation="y")
    post(client, f"{office}/reconfirmation/plan", asks="y", asks_days="14", answer_days="7", frees_seat="y")
    seen = preview_mark(read_guests(GUESTS).guests, 0, "en")
    post(client, f"{office}/invitations/add", guests=GUESTS, brings="0", locale="en", seen=seen)
    assert press(client, f"{office}/invitations", "/send", tell="yes").status_code == 303
    assert client.get("/").text.count("Gala dinner") == 0

    for name in ("ada", "ben", "cleo"):
        assert sent_to(f"{name}@example.org")[0][0] == "You are invited: Gala dinner"
        assert say(client, app, name, "yes").status_code == 303
    assert say(client, app, "dora", "no").status_code == 303
    assert sent_to(f"{'ada'}@example.org")[1][0].startswith("Your seat is confirmed: Gala dinner")
    assert "waitlist" in sent_to(f"{'cleo'}@example.org")[1][0]
    page = client.get(f"{office}/invitations").text
    assert "<dt>Yes</dt>" in page
    assert "<dt>Seats of guests</dt><dd>2</dd>" in page

    with at(gala, 14):
        reconfirm()
        asked = sent_to(f"{'ada'}@example.org")[-1]
        assert asked[0].startswith("Are you still coming? Answer by")
        booking = link(asked[1])
        data = fields(client.get(booking).text) | {"answer": "yes"}
        action = re.search(r'action="([^"]+/reconfirm)"', client.get(booking).text)[1]
        assert client.post(action, data=data).status_code == 303
    with at(gala, 8):
        reconfirm()
    with at(gala, 7):
        reconfirm()
        assert "had no answer by" in sent_to(f"{'ben'}@example.org")[-1][1]
        assert sent_to(f"{'cleo'}@example.org")[-1][0].startswith("You now have a seat: Gala dinner")
    assert 'data-state="cancelled"' in client.get(link(sent_to(f"{'ben'}@example.org")[1][1])).text

    with at(gala, -1):
        page = client.get(booking).text
        certificate = re.search(r'href="([^"]+/certificates/\d+\.pdf)"', page)[1]
        assert client.get(certificate).data.startswith(b"%PDF-")


GUESTS = """\
Ada Lovelace <ada@example.org>
ben@example.org, Ben
Cleo,cleo@example.org
Dora <dora@example.org>
"""
