"""A coordinator sees and looks after the people of her firm, and nobody else's."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registration.booking.changes.edit import change_people
from registration.booking.changes.written import Corrected
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.firms.models import Coordinator
from registration.firms.queries import firm_events, firm_people
from registration.firms.services import KnownAlready, NewCoordinator, add_coordinator, remove_coordinator
from registration.journal.models import JournalEntry
from registration.journal.services import SYSTEM
from registration.seats.models import Queue
from registration.seats.too_large import TooLarge
from tests import factories
from tests.booking.arranging import fields_in, key_of, link_in, sent, text_of, to, troubles
from tests.factories import attendees, make_coordinator, make_event, register, sign_in, state, target


def cora(number: int) -> Coordinator:
    db.session.rollback()
    return db.session.get_one(Coordinator, number)


def names(number: int) -> list[str]:
    return [one.name for one in firm_people(db.session(), cora(number))]


def attendee_id(registration) -> int:
    query = select(Attendee.id).where(Attendee.registration_id == registration.id).order_by(Attendee.rank)
    return db.session.scalars(query).first()


def page_of_cora() -> str:
    make_coordinator()
    return link_in(to(sent(), "cora@example.org"), "firms")


def test_a_firm_is_matched_without_case_and_accents_and_as_a_whole(app):
    number = make_coordinator(firm="Électro Médical")
    event = make_event(capacity=9)
    for name, firm in (
        ("Ada", "ELECTRO  medical"),
        ("Ben", "Électro Médical"),
        ("Eve", "Not Electro Medical"),
    ):
        register(event, name, firm=firm)
    register(event, "Electro Medical")
    assert names(number) == ["Ada", "Ben"]


def test_only_the_organisers_own_coming_events_are_seen(app):
    number = make_coordinator()
    ours, theirs = make_event(capacity=9), make_event(organiser="cocir")
    soon = make_event(title="Soon over", starts_in=timedelta(hours=1))
    register(ours, "Ada", firm="Agfa")
    register(theirs, "Ben", firm="Agfa")
    register(soon, "Cleo", firm="Agfa")
    factories.cancel_registration(register(ours, "Gone", firm="Agfa"))
    later = clock.now() + timedelta(days=1)
    with clock.running(lambda: later):
        assert names(number) == ["Ada"]


def test_seats_used_and_left_are_counted_under_the_limit(app):
    number = make_coordinator()
    event = make_event(capacity=9)
    values = {"firm_cap": 3, "limits_firms": True}
    write_tx(
        lambda session: session.execute(update(Queue).where(Queue.event_id == event.id).values(**values))
    )
    register(event, "Ada", firm="Agfa", party=2)
    register(event, "Ben", firm="Miers", party=2)
    [told] = firm_events(db.session(), cora(number), "en")
    assert (told.seated, told.waiting, told.limit, told.left) == (2, 0, 3, 1)


def test_a_person_looks_after_a_firm_once(app):
    number = make_coordinator()
    with pytest.raises(KnownAlready):
        make_coordinator(firm="AGFA", email="CORA@example.org")
    remove_coordinator(cora(number).organiser_id, number, SYSTEM)
    make_coordinator()
    noted = select(JournalEntry.action).where(JournalEntry.action.startswith("coordinator"))
    actions = db.session.scalars(noted.order_by(JournalEntry.id)).all()
    assert actions == ["coordinator-added", "coordinator-removed", "coordinator-added"]


def test_a_link_that_was_ended_before_its_mail_left_goes_to_nobody(app):
    number = make_coordinator()
    remove_coordinator(cora(number).organiser_id, number, SYSTEM)
    make_coordinator(firm="Miers", email="dora@example.org")
    assert [address for address, _mail in sent()] == ["dora@example.org"]


def test_the_page_shows_the_firms_people_and_nobody_elses(page_app, page_client):
    event = make_event(capacity=2)
    register(event, "Ada", firm="Agfa")
    register(event, "Secret Person", firm="Miers", email="secret@example.org")
    register(event, "Ben", firm="agfa")
    page = page_client.get(page_of_cora())
    assert page.status_code == 200
    assert "Ada" in page.text
    assert "Secret" not in page.text
    assert "secret@example.org" not in page.text
    assert "1 seat of your organisation is taken. 1 person has no seat yet." in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_cancelling_for_one_gives_the_seat_on_and_tells_her(page_app, page_client):
    event = make_event(capacity=1)
    ada = register(event, "Ada", firm="Agfa", email="ada@example.org")
    ben = register(event, "Ben")
    link = page_of_cora()
    data = {"key": key_of(page_client, link)}
    assert page_client.post(f"{link}attendees/{attendee_id(ada)}/cancel", data=data).status_code == 303
    assert (state(ada), state(ben)) == ("cancelled", "confirmed")
    mail = to(sent(), "ada@example.org")
    assert "cancelled by your organisation" in mail["Subject"]
    assert "Your organisation cancelled your registration" in text_of(mail)
    actors = db.session.scalars(select(JournalEntry.actor).where(JournalEntry.after == "cancelled"))
    assert actors.all() == ["coordinator"]
    assert troubles() == []


def test_cancelling_for_one_of_a_party_says_that_the_firm_did_it(page_app, page_client):
    ada = register(make_event(), "Ada", firm="Agfa", email="ada@example.org", party=2)
    link = page_of_cora()
    data = {"key": key_of(page_client, link)}
    assert page_client.post(f"{link}attendees/{attendee_id(ada)}/cancel", data=data).status_code == 303
    assert "Your organisation cancelled for one of you." in text_of(to(sent(), "ada@example.org"))


@pytest.mark.parametrize("says_yes", [True, False])
def test_the_mails_about_somebody_else_say_that_the_firm_asked(page_app, page_client, says_yes):
    ada = register(make_event(), "Ada", firm="Agfa", email="ada@example.org")
    link = page_of_cora()
    sent()
    form = f"{link}attendees/{attendee_id(ada)}/hand-over"
    data = {"key": key_of(page_client, link), "name": "Ben", "email": "ben@example.org", "firm": "Agfa"}
    page_client.post(form, data=data)
    asked = to(sent(), "ben@example.org")
    assert asked["Subject"].startswith("You have been asked to take the seat of Ada")
    assert "The organisation of Ada asks you to take over a seat" in text_of(asked)
    taking = link_in(asked, "handovers")
    assert "You have been asked to take the seat of Ada" in page_client.get(taking).text
    answer = {"key": key_of(page_client, taking), "name": "Ben", "firm": "Agfa", "consent": "y"}
    page_client.post(taking if says_yes else f"{taking}refuse", data=answer)
    told = text_of(to(sent(), "ada@example.org"))
    assert "Your organisation asked Ben to attend instead of Ada." in told


def test_pressing_twice_for_one_leads_back_to_the_page(page_app, page_client):
    ada = register(make_event(), "Ada", firm="Agfa", party=2)
    link = page_of_cora()
    data = {"key": key_of(page_client, link)}
    button = f"{link}attendees/{attendee_id(ada)}/cancel"
    for _press in range(2):
        assert page_client.post(button, data=data).status_code == 303
    assert state(ada) == "confirmed"


def test_somebody_else_is_sent_once_she_says_yes(page_app, page_client):
    ada = register(make_event(), "Ada", firm="Agfa")
    link = page_of_cora()
    form = f"{link}attendees/{attendee_id(ada)}/hand-over"
    assert 'value="Agfa"' in page_client.get(form).text
    data = {"key": key_of(page_client, link), "name": "Ben", "email": "ben@example.org", "firm": "Agfa"}
    assert page_client.post(form, data=data).status_code == 303
    assert "Nothing changes until" in page_client.get(link).text
    taking = link_in(to(sent(), "ben@example.org"), "handovers")
    answer = {"key": key_of(page_client, taking), "name": "Ben", "firm": "Agfa", "consent": "y"}
    assert page_client.post(taking, data=answer).status_code == 303
    shown = page_client.get(link).text
    assert "Ben" in shown
    assert "Ada" not in shown
    assert troubles() == []


def test_the_question_can_be_taken_back(page_app, page_client):
    ada = register(make_event(), "Ada", firm="Agfa")
    link = page_of_cora()
    where = f"{link}attendees/{attendee_id(ada)}/"
    data = {"key": key_of(page_client, link), "name": "Ben", "email": "ben@example.org"}
    page_client.post(f"{where}hand-over", data=data)
    assert page_client.post(f"{where}keep", data=data).status_code == 303
    assert "Nothing changes until" not in page_client.get(link).text


def test_another_firms_person_cannot_be_reached(page_app, page_client):
    event = make_event(capacity=5)
    register(event, "Ada", firm="Agfa")
    ben = register(event, "Ben", firm="Miers")
    link = page_of_cora()
    data = {"key": key_of(page_client, link), "name": "Eve", "email": "eve@example.org"}
    for act in ("cancel", "hand-over", "keep"):
        path = f"{link}attendees/{attendee_id(ben)}/{act}"
        assert page_client.post(path, data=data).status_code == 404, act
    assert state(ben) == "confirmed"


@pytest.mark.parametrize("key", ["", "forged"])
def test_without_the_key_of_the_page_nothing_is_done(page_app, page_client, key):
    ada = register(make_event(), "Ada", firm="Agfa")
    link = page_of_cora()
    for act in ("cancel", "hand-over", "keep"):
        data = {"key": key, "name": "Eve", "email": "eve@example.org"}
        assert page_client.post(f"{link}attendees/{attendee_id(ada)}/{act}", data=data).status_code == 400
    assert state(ada) == "confirmed"


def test_getting_every_address_changes_nothing(page_app, page_client):
    ada = register(make_event(), "Ada", firm="Agfa")
    link = page_of_cora()
    for act in ("cancel", "hand-over", "keep"):
        page_client.get(f"{link}attendees/{attendee_id(ada)}/{act}")
    assert state(ada) == "confirmed"
    assert sent() == []


def test_registering_somebody_leads_to_the_form_with_the_firm_filled_in(page_app, page_client):
    event = make_event()
    page = page_client.get(page_of_cora()).text
    link = re.search(rf'href="(/events/{event.slug}/register[^"]+)"', page)[1]
    assert re.search(r'name="firm"[^>]*value="Agfa"', page_client.get(link).text)


def test_more_of_a_firm_than_it_may_send_are_refused_at_the_firm(page_app, page_client):
    event = make_event(capacity=9)
    set_firm(event.id, FirmTerms("Agfa", cap=1), SYSTEM)
    page = page_client.get(page_of_cora()).text
    link = re.search(rf'href="(/events/{event.slug}/register[^"]+)"', page)[1].replace("&amp;", "&")
    typed = {"name": "Ada", "email": "ada@example.org", "attendees-0-name": "Ada", "consent": "y"}
    data = fields_in(page_client.get(link).text) | typed | {"attendees-1-name": "Ben"}
    answer = page_client.post(f"/events/{event.slug}/register", data=data)
    assert answer.status_code == 422
    assert "Agfa has 1 seat; you asked for 2. Register at most 1 person there." in answer.text
    assert 'value="Ben"' in answer.text


def test_nobody_takes_a_seat_for_a_firm_that_may_send_nobody_more(app):
    event = make_event(capacity=9)
    set_firm(event.id, FirmTerms("Agfa", cap=1), SYSTEM)
    ada = register(event, "Ada", party=2, firm="Miers")
    people = [Corrected(one.id, one.name, "", "Agfa") for one in attendees(ada)]
    with pytest.raises(TooLarge) as refusal:
        change_people(target(ada), people, SYSTEM)
    assert refusal.value.field == "firm"
    assert [one.firm for one in attendees(ada)] == ["Miers", "Miers"]


def test_a_hostile_firm_in_the_address_of_the_form_is_text(page_app, page_client):
    event = make_event()
    for firm in ("<script>alert(1)</script>", "a" * 5000, "\x00"):
        page = page_client.get(f"/events/{event.slug}/register", query_string={"firm": firm})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_an_ended_link_opens_the_same_page_as_an_unknown_one(page_app, page_client):
    link = page_of_cora()
    number = db.session.scalar(select(Coordinator.id))
    remove_coordinator(cora(number).organiser_id, number, SYSTEM)
    dead = page_client.get(link)
    assert dead.status_code == 404
    assert dead.text == page_client.get("/firms/nothing/").text == page_client.get("/bookings/nothing/").text


def test_the_organiser_gives_a_link_sends_it_again_and_ends_it(page_app, page_client):
    make_event()
    sign_in(page_client, "olga@example.org", factories.make_account("olga@example.org", "manager"))
    screen = "/organiser/organisers/ditta/firms"
    data = {"csrf_token": factories.token_in(page_client.get(screen).text)}
    new = {"firm": "Agfa", "name": "Cora", "email": "cora@example.org", "locale": "en"}
    assert page_client.post(screen, data=data | new).status_code == 303
    link = link_in(to(sent(), "cora@example.org"), "firms")
    assert page_client.get(link).status_code == 200
    again = page_client.post(screen, data=data | new)
    assert again.status_code == 422
    assert "looks after this organisation already" in again.text
    assert page_client.post(screen, data=data | new | {"firm": " ", "email": "no"}).status_code == 422
    number = db.session.scalar(select(Coordinator.id))
    assert page_client.post(f"{screen}/{number}/send", data=data).status_code == 303
    assert link_in(to(sent(), "cora@example.org"), "firms") == link
    assert page_client.post(f"{screen}/{number}/remove", data=data).status_code == 303
    assert page_client.get(link).status_code == 404


def test_an_organiser_cannot_end_anothers_link(page_app, page_client):
    theirs = make_coordinator("cocir")
    make_event()
    sign_in(page_client, "olga@example.org", factories.make_account("olga@example.org", "owner"))
    screen = "/organiser/organisers/ditta/firms"
    data = {"csrf_token": factories.token_in(page_client.get(screen).text)}
    for act in ("send", "remove"):
        assert page_client.post(f"{screen}/{theirs}/{act}", data=data).status_code == 404
    assert cora(theirs).name == "Cora"


def test_a_firm_without_a_readable_name_is_refused(app):
    with pytest.raises(Exception, match="Enter the name"):
        add_coordinator(
            factories.make_organiser(), NewCoordinator("́", "Cora", "cora@example.org", "en"), SYSTEM
        )
