"""The organiser's words on the form are in the reader's language; what is stored is the organiser's own."""

import pytest

from registration.booking.models import Answer
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession, Programme, Question
from registration.events.services import QuestionFacts, touch
from registration.events.wording import translate
from tests.factories import make_event, token_in
from tests.site.arranging import link

FOOD = QuestionFacts(label="What do you eat?", kind="choice", hint="One of both.", choices=("Meat", "Plants"))
SAID = {"label": "Que mangez-vous ?", "choices": ["Viande", "Plantes"]}


@pytest.fixture
def event(page_app):
    """An event whose category, session and question speak French; the question's hint does not."""
    made = make_event(capacity=9, categories={"Member": 5, "Press": None}, questions=(FOOD,))

    def work(session):
        one = session.get_one(Event, made.id)
        part = EventSession(event_id=made.id, name="Breakout", starts_at=one.starts_at, ends_at=one.ends_at)
        session.add(part)
        session.flush()
        translate(session, part, "fr", {"name": "Groupe de travail"})
        translate(session, session.get_one(Category, made.categories["Member"]), "fr", {"name": "Membre"})
        translate(session, session.get_one(Question, made.questions[0]), "fr", SAID)
        touch(one)

    write_tx(work)
    return made


def test_the_form_asks_in_the_readers_language_and_marks_what_is_not(page_client, event):
    page = page_client.get(f"/events/{event.slug}/register?lang=fr").text
    for words in ("Que mangez-vous ?", "Viande", "Plantes", "Membre", "Groupe de travail"):
        assert words in page
    assert '<span lang="en">One of both.</span>' in page
    assert '<span lang="en">Press</span>' in page
    for words in ("What do you eat?", ">Plants<", ">Member<", "Breakout"):
        assert words not in page


def test_each_language_has_a_form_of_its_own_from_memory_too(page_client, event):
    for _time in range(2):
        assert "What do you eat?" in page_client.get(f"/events/{event.slug}/register?lang=en").text
        assert "Que mangez-vous ?" in page_client.get(f"/events/{event.slug}/register?lang=fr").text
        dutch = page_client.get(f"/events/{event.slug}/register?lang=nl").text
        assert '<span lang="en">What do you eat?</span>' in dutch


def test_an_edit_of_the_words_shows_at_once(page_client, event):
    path = f"/events/{event.slug}/register?lang=fr"
    assert "Membre" in page_client.get(path).text

    def work(session):
        translate(session, session.get_one(Category, event.categories["Member"]), "fr", {"name": "Adhérent"})
        touch(session.get_one(Event, event.id))

    write_tx(work)
    page = page_client.get(path).text
    assert "Adhérent" in page
    assert "Membre" not in page


def test_what_is_answered_is_stored_in_the_events_own_words(page_client, event):
    path = f"/events/{event.slug}/register?lang=fr"
    page = page_client.get(path).text
    data = {
        "submit_key": token_in(page, "submit_key"),
        "locale": "fr",
        "name": "Ada",
        "email": "ada@example.org",
        "consent": "y",
        "attendees-0-category": str(event.categories["Member"]),
        f"attendees-0-question-{event.questions[0]}": "Plants",
    }
    answer = page_client.post(path, data=data)
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.query(Answer).one().value == "Plants"
    assert "Membre" in page_client.get(answer.headers["Location"]).text


def test_a_programme_speaks_the_readers_language_too(page_client, event):
    slug = link("Both days", event, make_event(title="Other"))

    def work(session):
        programme = session.query(Programme).one()
        translate(session, programme, "fr", {"title": "Les deux jours", "summary": "Deux en un."})

    write_tx(work)
    page = page_client.get(f"/programmes/{slug}/?lang=fr").text
    assert ">Les deux jours</h1>" in page
    assert "Deux en un." in page
    # The two languages are never mixed: what is not there in French is left out.
    assert "Both." not in page
    assert "Les deux jours" in page_client.get(f"/programmes/{slug}/register?lang=fr").text
    assert "Les deux jours" in page_client.get(f"/events/{event.slug}/?lang=fr").text
    assert "Les deux jours" in page_client.get("/?lang=fr").text
    dutch = page_client.get(f"/programmes/{slug}/?lang=nl").text
    assert '<h1 dir="auto" lang="en">Both days</h1>' in dutch
    assert "alleen beschikbaar in het Engels" in dutch
