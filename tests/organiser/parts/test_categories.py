"""Categories are changed and removed; nobody loses the one she is of."""

from datetime import timedelta

import pytest

from registration.booking.changes.cancel import cancel
from registration.booking.changes.party import change_choice
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, Question
from registration.events.services import CategoryFacts, QuestionFacts, Text, add_question, put_text
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, SYSTEM
from registration.organiser.parts.services import change_category, remove_category
from registration.seats.models import Pool
from tests import factories
from tests.booking.arranging import booked
from tests.factories import make_account, make_event, register, sign_in, target, token_in
from tests.seats.sound import assert_sound


def test_a_category_is_changed_with_its_words_in_other_languages(app):
    event = make_event(categories={"Member": 1, "Press": None})
    member = event.categories["Member"]
    facts = CategoryFacts("Members", "Firms that pay", 3)
    change_category(event.id, member, facts, {"fr": {"name": "Membres", "hint": ""}}, SYSTEM)
    found = db.session.get_one(Category, member)
    assert (found.name, found.hint, found.priority) == ("Members", "Firms that pay", 3)
    assert found.translations == {"fr": {"name": "Membres"}}
    assert db.session.query(JournalEntry).filter_by(action="changed-category").count() == 1
    with pytest.raises(Refusal) as refused:
        change_category(event.id, member, CategoryFacts("Press"), {}, SYSTEM)
    assert refused.value.field == "name"


def test_a_category_that_people_are_in_is_not_removed(app):
    event = make_event(capacity=5, categories={"Member": 2, "Press": 1})
    member, press = event.categories["Member"], event.categories["Press"]
    ada = register(event, "Ada", category="Member")
    with pytest.raises(Refusal, match="1 person is in this category"):
        remove_category(event.id, member, SYSTEM)
    remove_category(event.id, press, SYSTEM)
    cancel(target(ada), ATTENDEE)
    with pytest.raises(Refusal, match="no longer come"):
        remove_category(event.id, member, SYSTEM)
    db.session.rollback()
    assert [one.subject_id for one in db.session.query(Pool).filter_by(kind="category")] == [member]
    assert db.session.get(Category, press) is None
    assert db.session.query(JournalEntry).filter_by(action="removed-category").count() == 1
    assert_sound()


def test_a_category_that_somebody_has_left_is_removed_with_its_seats(app):
    event = make_event(capacity=5, categories={"Member": 2, "Press": 1})
    ada = register(event, "Ada", category="Press")
    [one] = factories.attendees(ada)
    change_choice(target(ada), one.id, event.categories["Member"], (), ATTENDEE)
    remove_category(event.id, event.categories["Press"], SYSTEM)
    db.session.rollback()
    assert db.session.query(Pool).filter_by(kind="category").count() == 1
    assert_sound()


def test_a_question_for_a_category_alone_is_never_asked_of_everybody(app):
    event = make_event(categories={"Member": None, "Press": None})
    member, press = event.categories["Member"], event.categories["Press"]

    def ask(session, *category_ids):
        facts = QuestionFacts("Which paper?", category_ids=category_ids)
        return add_question(session, session.get_one(Event, event.id), facts, 0).id

    both = write_tx(lambda session: ask(session, member, press))
    alone = write_tx(lambda session: ask(session, press))
    with pytest.raises(Refusal, match="asked of this category only"):
        remove_category(event.id, press, SYSTEM)
    write_tx(lambda session: session.delete(session.get_one(Question, alone)))
    remove_category(event.id, press, SYSTEM)
    assert db.session.get_one(Question, both).category_ids == [member]


def test_a_category_of_another_event_is_not_there(app):
    event, other = make_event(categories={"Member": None}), make_event(title="Other")
    with pytest.raises(NotFound):
        remove_category(other.id, event.categories["Member"], SYSTEM)
    with pytest.raises(NotFound):
        change_category(other.id, event.categories["Member"], CategoryFacts("Mine"), {}, SYSTEM)


def test_who_is_of_a_closed_category_keeps_it_while_she_changes_her_choice(page_app, page_client):
    event = make_event(capacity=5, categories={"Member": None, "Press": None})
    member = event.categories["Member"]
    page, ada = booked(event, "Ada", category="Member")
    past = CategoryFacts("Member", closes_at=clock.now() - timedelta(minutes=1))
    change_category(event.id, member, past, {}, SYSTEM)
    [one] = factories.attendees(ada)
    shown = page_client.get(f"{page}registrations/{ada.id}/attendees/{one.id}/choice").text
    assert f'value="{member}" checked' in shown
    change_choice(target(ada), one.id, member, (), ATTENDEE)
    with pytest.raises(Refusal, match="not open now"):
        register(event, "Ben", category="Member")


@pytest.fixture
def office(page_app, page_client):
    event = make_event(capacity=5, categories={"Member": 2, "Press": None})
    write_tx(lambda session: put_text(session, session.get_one(Event, event.id), Text("fr", "Atelier")))
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "manager"))
    return event, page_client, f"/organiser/events/{event.slug}/edit/categories"


def test_a_category_is_changed_on_its_page(office):
    event, client, address = office
    one = f"{address}/{event.categories['Member']}"
    assert one in client.get(address).text
    page = client.get(one).text
    data = {"csrf_token": token_in(page), "name": "Press", "priority": "2", "name-fr": "Membre"}
    again = client.post(one, data=data)
    assert again.status_code == 422
    assert 'value="Membre"' in again.text
    assert client.post(one, data=data | {"name": "Members"}).status_code == 303
    assert "Members" in client.get(address).text


def test_a_category_is_removed_by_a_step_of_its_own(office):
    event, client, address = office
    one = f"{address}/{event.categories['Press']}"
    change_category(event.id, event.categories["Press"], CategoryFacts("Press", priority=3), {}, SYSTEM)
    token = token_in(client.get(one).text)
    ada = register(event, "Ada", category="Press")
    refused = client.post(f"{one}/remove", data={"csrf_token": token})
    assert refused.status_code == 409
    assert "1 person is in this category" in refused.text
    assert token_in(refused.text, "priority") == "3"
    change_choice(target(ada), factories.attendees(ada)[0].id, event.categories["Member"], (), ATTENDEE)
    assert client.post(f"{one}/remove", data={"csrf_token": token}).status_code == 303
    assert client.get(one).status_code == 404
