"""What people were promised hangs on their registration, not on whether the event is published."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from registration.booking.emails.registration import unsubscribe_token
from registration.booking.models import Booking
from registration.booking.tickets import ticket_path
from registration.capability.services import ADDRESS, BOOKING, FEED, HANDOVER, INVITATION, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.seats import rules
from registration.seats.models import Registration
from registration.web.guards import action_key
from tests import factories
from tests.booking.arranging import fields_in, sent, troubles
from tests.factories import make_event, sign_in
from tests.worlds import make_world

STATES = {
    "published": {},
    # As it stands in databases of earlier releases: a draft with people registered.
    "draft": {"status": "draft"},
    "unlisted": {"visibility": "unlisted"},
    "by invitation": {"by_invitation": True},
    "closed": {"closes_at": timedelta(days=-1)},
    "not open yet": {"opens_at": timedelta(days=1)},
    "under way": {"starts_at": timedelta(hours=-1)},
    "over": {"starts_at": timedelta(days=-2), "ends_at": timedelta(days=-1)},
    "cancelled": {"status": "cancelled"},
}
# What is asked for by a link, and where it is there: everywhere, or while the seat can be changed.
ALWAYS = "always"
CHANGING = "changing"
PAGES = {
    "/bookings/<token>/": ALWAYS,
    "/bookings/<token>/calendar.ics": ALWAYS,
    "/bookings/<token>/edit": ALWAYS,
    "/bookings/<token>/registrations/<int:registration_id>/edit": CHANGING,
    "/bookings/<token>/registrations/<int:registration_id>/attendees/<int:attendee_id>/choice": CHANGING,
    "/bookings/<token>/registrations/<int:registration_id>/attendees/<int:attendee_id>/hand-over": CHANGING,
    # Only while the event takes people: tests/booking/form/test_option_notes.py.
    "/bookings/<token>/registrations/<int:registration_id>/attendees/add": "elsewhere",
    "/addresses/<token>/": ALWAYS,
    # tests/booking/emails/test_own_address.py
    "/attendees/<token>/": "elsewhere",
    "/attendees/<token>/calendar.ics": "elsewhere",
    "/attendees/<token>/qr.svg": "elsewhere",
    "/attendees/<token>/ticket.pdf": "elsewhere",
    "/feeds/<token>.ics": ALWAYS,
    "/feeds/<token>.svg": ALWAYS,
    "/firms/<token>/": ALWAYS,
    "/firms/<token>/attendees/<int:attendee_id>/hand-over": CHANGING,
    "/handovers/<token>/": ALWAYS,
    "/invitations/<token>/": ALWAYS,
    "/invitations/<token>/no": ALWAYS,
    "/invitations/<token>/yes": ALWAYS,
    "/tickets/<token>/": "ticket",
    "/tickets/<token>/qr.svg": "ticket",
    "/tickets/<token>/ticket.pdf": "ticket",
    "/unsubscribe/<token>/": ALWAYS,
    "/feeds/<token>/": "elsewhere",
    # Looked at by tests of their own: they need a file, an end, another event, an account or a person.
    "/bookings/<token>/certificates/<int:attendee_id>.pdf": "elsewhere",
    "/bookings/<token>/materials/<int:material_id>": "elsewhere",
    "/bookings/<token>/registrations/<int:registration_id>/move/<slug>": "elsewhere",
    "/feeds/team/<token>.ics": "elsewhere",
    "/feeds/team/<token>.svg": "elsewhere",
}


def put(event_id, **values):
    at = clock.now().replace(microsecond=0)
    told = {name: at + value if isinstance(value, timedelta) else value for name, value in values.items()}

    def work(session):
        session.execute(update(Event).where(Event.id == event_id).values(revision=Event.revision + 1, **told))

    write_tx(work)


def test_every_link_has_its_line(page_app):
    there = {
        rule.rule
        for rule in page_app.url_map.iter_rules()
        if "token" in rule.arguments and "GET" in rule.methods and rule.rule != "/reset/<token>"
    }
    assert there == set(PAGES)


@pytest.mark.parametrize("state", STATES)
def test_each_link_of_somebody_registered_opens_in_each_state_of_the_event(page_app, page_client, state):
    world = make_world("ditta", "Ada")
    booking_id = accept_invitation(world)
    with page_app.test_request_context():
        key = action_key(f"booking:{world.booking}")
    wanted = {"key": key, "name": "Ada", "email": "ada@new.example.org", "locale": "en"}
    assert page_client.post(f"/bookings/{world.booking}/edit", data=wanted).status_code == 303
    sent()
    [person] = factories.attendees(registration(world.ids["registration_id"]))
    ticket = ticket_path(world.booking, person.code).split("/")[2]
    put(world.event.id, **STATES[state])
    session = db.session()
    tokens = {
        "/addresses": token_of(session, booking_id, ADDRESS),
        "/feeds": token_of(session, booking_id, FEED),
        "/firms": world.firm,
        "/handovers": token_of(session, world.ids["handover_id"], HANDOVER),
        "/invitations": token_of(session, world.ids["invitation_id"], INVITATION),
        "/tickets": ticket,
        "/unsubscribe": unsubscribe_token(booking_id),
    }
    db.session.rollback()
    changes = state not in ("over", "cancelled")
    wrong = []
    for rule, kind in PAGES.items():
        if kind == "elsewhere":
            continue
        folder = "/" + rule.split("/")[1]
        address = rule.replace("<token>", tokens.get(folder) or world.booking)
        for name, value in world.ids.items():
            address = address.replace(f"<int:{name}>", str(value))
        status = page_client.get(address).status_code
        right = {200, 302, 303} if kind == ALWAYS or changes else {200, 303, 404, 409, 410}
        if kind == "ticket":
            right = {410} if state == "cancelled" else {200}
        if status not in right:
            wrong.append((rule, status))
    assert not wrong


@pytest.mark.parametrize("state", [one for one in STATES if one not in ("over", "cancelled")])
def test_who_is_registered_gives_the_seat_back_and_the_next_one_has_it(page_app, page_client, state):
    event = make_event(capacity=1)
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    put(event.id, **STATES[state])
    token = token_of(db.session(), ada.booking_id, BOOKING)
    page = page_client.get(f"/bookings/{token}/")
    key = {"key": factories.token_in(page.text, "key")}
    answer = page_client.post(f"/bookings/{token}/registrations/{ada.id}/cancel", data=key)
    assert answer.status_code == 303
    assert factories.state(ada) == rules.CANCELLED
    assert factories.state(ben) == rules.CONFIRMED
    assert not troubles()


def test_an_event_with_people_registered_is_not_hidden_from_them(page_client):
    event = make_event()
    ada = factories.register(event)
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    answer = edit(page_client, event, status="draft")
    assert answer.status_code == 422
    assert "1 registration exists, so this cannot be a draft again." in answer.text
    assert "unlisted" in answer.text
    assert db.session.get_one(Event, event.id).status == "published"
    factories.cancel_registration(ada)
    assert edit(page_client, event, status="draft").status_code == 303


def test_people_of_a_draft_hear_of_its_new_date(page_client):
    event = make_event()
    factories.register(event, "Ada", email="ada@example.org")
    put(event.id, status="draft")
    sent()
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    assert edit(page_client, event, status="draft", starts_at="2027-03-01T09:00").status_code == 303
    assert [address for address, _mail in sent()] == ["ada@example.org"]


def test_a_draft_that_people_were_promised_seats_of_can_be_called_off(page_client):
    event = make_event()
    factories.register(event, "Ada", email="ada@example.org")
    put(event.id, status="draft")
    sent()
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    address = f"/organiser/events/{event.slug}/cancel"
    assert page_client.get(f"/organiser/events/{event.slug}/").text.count(address) == 1
    token = factories.token_in(page_client.get(address).text)
    assert (
        page_client.post(
            address, data={"csrf_token": token, "reason": "", "sure": "y", "tell": "yes"}
        ).status_code
        == 303
    )
    assert [address for address, _mail in sent()] == ["ada@example.org"]


def registration(registration_id):
    db.session.rollback()
    return db.session.get_one(Registration, registration_id)


def edit(client, event, **changed):
    address = f"/organiser/events/{event.slug}/edit"
    fields = fields_in(client.get(address).text) | {"tell": "yes"} | changed
    if "starts_at" in changed:
        fields["ends_at"] = changed["starts_at"].replace("T09", "T11")
    return client.post(address, data=fields)


def accept_invitation(world):
    """Let the booking be the answer to the invitation; return its id."""
    booking_id = registration(world.ids["registration_id"]).booking_id

    def work(session):
        session.execute(
            update(Booking).where(Booking.id == booking_id).values(invitation_id=world.ids["invitation_id"])
        )

    write_tx(work)
    return booking_id
