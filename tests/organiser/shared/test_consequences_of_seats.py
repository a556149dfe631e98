"""Who moves up, is invited, or is asked whether she comes is shown before anybody is told."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Invitation
from registration.core import clock
from registration.core.database import db
from registration.events.models import Event
from registration.invitations.rules import Guest
from registration.invitations.services import add_guests
from registration.journal.services import SYSTEM
from registration.reconfirm.models import ReconfirmationPlan
from registration.seats.models import Pool
from tests import factories
from tests.booking.arranging import fields_in, sent
from tests.factories import make_event, token_in
from tests.organiser.shared.test_consequences import office, press, queued


def arranged(line=None):
    """Ada sits, Ben and Cleo wait; Cleo reads French."""
    made = make_event(capacity=1, title="Workshop", line=line)
    for name in ("Ada", "Ben", "Cleo"):
        factories.register(made, name, email=f"{name.lower()}@example.org")
    sent()
    return made


def wanted(event):
    db.session.rollback()
    return db.session.scalar(select(Pool.wanted).where(Pool.event_id == event.id, Pool.kind == "event"))


def raise_to(client, event, seats):
    pool = factories.pool(event).id
    db.session.rollback()
    seen = client.get(office(event, f"capacity?pool={pool}&wanted={seats}")).text
    assert "gets seats now" in seen or "get seats now" in seen or "offered seats now" in seen
    form = seen[seen.index('method="post" action="/organiser/events/') :]
    address = office(event, f"capacity/{pool}")
    return address, client.post(address, data=fields_in(form))


@pytest.fixture
def event(page_app, owner):
    return arranged()


def test_a_raised_capacity_shows_who_is_told_what_before_it_is_done(owner, event):
    address, asked = raise_to(owner, event, 2)
    assert (asked.status_code, wanted(event), queued()) == (409, 1, [])
    assert "This tells 1 person" in asked.text
    assert "You now have a seat: Workshop" in asked.text
    assert 'value="no"' not in asked.text
    assert "confirmed" in asked.text
    back = press(owner, address, asked, "back")
    assert (back.status_code, wanted(event), queued()) == (422, 1, [])
    assert 'value="2"' in back.text
    assert press(owner, address, asked, "yes").status_code == 303
    assert (wanted(event), queued()) == (2, [("promoted", "ben@example.org")])


def test_whoever_is_promoted_cannot_be_left_untold(owner, event):
    address, asked = raise_to(owner, event, 3)
    assert "This tells 2 people" in asked.text
    silent = owner.post(address, data=fields_in(inside(asked)) | {"tell": "no"})
    assert (silent.status_code, wanted(event), queued()) == (409, 1, [])


def test_an_offer_shows_its_deadline(page_app, owner):
    event = arranged({"promotion": "offer", "offer_hours": 24})
    until = (clock.now() + timedelta(hours=24)).astimezone(ZoneInfo("Europe/Brussels"))
    _address, asked = raise_to(owner, event, 2)
    assert asked.status_code == 409
    assert f"{until.day} {until:%B %Y}" in asked.text
    assert "tentative" in asked.text


def test_nobody_is_asked_where_nobody_moves_up(page_app, owner):
    event = make_event(capacity=1)
    pool = factories.pool(event).id
    page = owner.get(office(event, f"capacity?pool={pool}&wanted=5")).text
    form = page[page.index('method="post" action="/organiser/events/') :]
    assert owner.post(office(event, f"capacity/{pool}"), data=fields_in(form)).status_code == 303


def test_other_rules_of_the_line_show_whom_they_seat(page_app, owner):
    event = make_event(capacity=2, policy="strict")
    factories.register(event, "Ada", email="ada@example.org")
    factories.register(event, "Ben", email="ben@example.org", party=2)
    factories.register(event, "Cleo", email="cleo@example.org")
    sent()
    address = office(event, "line")
    page = owner.get(address).text
    asked = owner.post(address, data=fields_in(page) | {"policy": "first_fit"})
    assert (asked.status_code, queued()) == (409, [])
    back = press(owner, address, asked, "back")
    assert (back.status_code, queued()) == (422, [])
    assert press(owner, address, asked, "yes").status_code == 303
    assert queued() == [("promoted", "cleo@example.org")]


def test_what_a_firm_gives_back_shows_whom_it_seats(page_app, owner):
    event = make_event(capacity=2)
    later = clock.now() + timedelta(days=3)
    set_firm(event.id, FirmTerms("Agfa", allotted=1, release_at=later), SYSTEM)
    for name in ("Ada", "Ben"):
        factories.register(event, name, email=f"{name.lower()}@example.org", firm=f"{name} Ltd")
    sent()
    pool = db.session.scalar(
        select(Pool.id).where(Pool.event_id == event.id, Pool.kind == "firm", Pool.allotted > 0)
    )
    db.session.rollback()
    address = office(event, f"firm-limits/{pool}/release")
    asked = owner.post(address, data=keys(owner, office(event, "firm-limits")))
    assert (asked.status_code, queued()) == (409, [])
    assert press(owner, address, asked, "back").status_code == 303
    assert queued() == []
    assert press(owner, address, asked, "yes").status_code == 303
    assert queued() == [("promoted", "ben@example.org")]


def inside(asked):
    """Return the form of the page that asks."""
    return asked.text[asked.text.index('<form method="post" class="form" id="form">') :]


def keys(client, page):
    """Return what the buttons of *page* carry."""
    html = client.get(page).text
    return {name: token_in(html, name) for name in ("csrf_token", "submit_key")}


@pytest.mark.parametrize("act", ["send", "remind"])
def test_invitations_show_what_guests_read(owner, event, act):
    add_guests(
        event.id,
        [Guest("dora@example.org", "Dora", 1, "fr"), Guest("eve@example.org", "Eve", 0)],
        "en",
        0,
        SYSTEM,
    )
    address = office(event, f"invitations/{act}")
    if act == "remind":
        first = office(event, "invitations/send")
        press(owner, first, owner.post(first, data=keys(owner, office(event, "invitations"))), "yes")
        sent()
        at = clock.now() + timedelta(days=2)
        with clock.running(lambda: at):
            check_invitations(owner, event, address)
    else:
        check_invitations(owner, event, address)


def check_invitations(client, event, address):
    before = stamps()
    asked = client.post(address, data=keys(client, office(event, "invitations")))
    assert (asked.status_code, queued(), stamps()) == (409, [], before)
    assert "This tells 2 people" in asked.text
    assert "Dear Eve," in asked.text
    assert "Dora" in asked.text
    assert "/invitations/link/" in asked.text
    assert press(client, address, asked, "back").status_code == 303
    assert (queued(), stamps()) == ([], before)
    assert client.post(address, data=fields_in(inside(asked)) | {"tell": "no"}).status_code == 409
    assert stamps() == before
    assert press(client, address, asked, "yes").status_code == 303
    assert [to for _kind, to in queued()] == ["dora@example.org", "eve@example.org"]


def stamps():
    db.session.rollback()
    return db.session.execute(
        select(func.count(Invitation.sent_at), func.count(Invitation.reminded_at))
    ).one()


def test_a_plan_to_ask_who_comes_shows_whom_it_asks_when_and_what(owner, event):
    address = office(event, "reconfirmation/plan")
    typed = fields_in(owner.get(address).text) | {
        "asks": "y",
        "asks_days": "5",
        "answer_days": "2",
        "frees_seat": "y",
    }
    asked = owner.post(address, data=typed)
    starts_at = db.session.get_one(Event, event.id).starts_at
    assert (asked.status_code, planned(), queued()) == (409, 0, [])
    assert "This tells 1 person" in asked.text
    when = (starts_at - timedelta(days=5)).astimezone(ZoneInfo("Europe/Brussels"))
    assert f"{when.day} {when:%B %Y}" in asked.text
    back = press(owner, address, asked, "back")
    assert (back.status_code, fields_in(back.text)["asks_days"], planned()) == (422, "5", 0)
    assert press(owner, address, asked, "yes").status_code == 303
    assert (planned(), queued()) == (1, [])
    again = fields_in(owner.get(address).text)
    assert owner.post(address, data=again).status_code == 303


def planned():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ReconfirmationPlan))
