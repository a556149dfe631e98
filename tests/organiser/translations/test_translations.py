"""An event in several languages: organisers add them on one page, attendees read theirs."""

import re
from hashlib import blake2s

import pytest

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession, Question
from registration.events.services import QuestionFacts
from tests.factories import make_account, make_event, register, sign_in, token_in

FOOD = QuestionFacts(label="What do you eat?", kind="choice", hint="One of both.", choices=("Meat", "Plants"))


@pytest.fixture
def event(page_app):
    made = make_event(capacity=9, categories={"Member": 5, "Press": None}, questions=(FOOD,))

    def work(session):
        one = session.get_one(Event, made.id)
        session.add(
            EventSession(event_id=made.id, name="Breakout", starts_at=one.starts_at, ends_at=one.ends_at)
        )

    write_tx(work)
    return made


@pytest.fixture
def office(page_client, event):
    sign_in(page_client, "owner@example.org", make_account("owner@example.org", "owner"))
    return page_client


def choice(question_id: int, name: str) -> str:
    """Return the field of a choice: its own, wherever the choice stands."""
    return f"question-{question_id}-choice-{blake2s(name.encode(), digest_size=6).hexdigest()}"


def french(event, **changed):
    """Return the words of the event in French, by field."""
    member, press = event.categories["Member"], event.categories["Press"]
    question = event.questions[0]
    words = {
        "title": "Atelier sur les nomenclatures",
        "summary": "Une matinée.",
        f"category-{member}-name": "Membre",
        f"category-{press}-name": "Presse",
        "session-1-name": "Groupe de travail",
        f"question-{question}-label": "Que mangez-vous ?",
        f"question-{question}-hint": "L’un des deux.",
        choice(question, "Meat"): "Viande",
        choice(question, "Plants"): "Plantes",
    }
    return words | changed


def send(office, event, words, code="fr", path=""):
    address = f"/organiser/events/{event.slug}/translations/{code}"
    token = token_in(office.get(address).text)
    return office.post(address + path, data=words | {"csrf_token": token})


def test_one_page_takes_all_the_words_of_an_event_in_a_language(office, event):
    page = office.get(f"/organiser/events/{event.slug}/translations/fr").text
    assert '<span lang="en">Workshop on nomenclatures</span>' in page
    assert "What do you eat?" in page
    assert send(office, event, french(event)).status_code == 303
    db.session.rollback()
    told = {category.name: category.translations for category in db.session.query(Category)}
    assert told == {"Member": {"fr": {"name": "Membre"}}, "Press": {"fr": {"name": "Presse"}}}
    question = db.session.query(Question).one()
    assert question.translations["fr"]["choices"] == {"Meat": "Viande", "Plants": "Plantes"}
    assert question.choices == ["Meat", "Plants"]
    again = office.get(f"/organiser/events/{event.slug}/translations/fr").text
    assert 'value="Atelier sur les nomenclatures"' in again
    assert 'value="Viande"' in again
    assert 'value="Plantes"' in again


def test_readers_of_the_language_get_these_words_and_all_others_the_own_ones(office, event):
    address = f"/events/{event.slug}/"
    assert '<bdi lang="en">Member</bdi>' in office.get(f"{address}?lang=fr").text
    send(office, event, french(event))
    page = office.get(f"{address}?lang=fr").text
    assert "<bdi>Membre</bdi>" in page
    assert "Atelier sur les nomenclatures</h1>" in page
    assert "<bdi>Member</bdi>" in office.get(f"{address}?lang=en").text
    assert '<bdi lang="en">Member</bdi>' in office.get(f"{address}?lang=nl").text


def test_the_edit_page_tells_how_far_each_language_is(office, event):
    register(event, category="Member")
    page = office.get(f"/organiser/events/{event.slug}/edit").text
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    assert len(rows) == 5
    assert "the event&#39;s own" in rows[0] or "the event's own" in rows[0]
    assert ">1</td>" in rows[0]
    assert ">none</td>" in rows[1]
    assert 'lang="fr">Français</a>' in rows[1]
    send(office, event, french(event, **{f"question-{event.questions[0]}-hint": "", "session-1-name": ""}))
    page = office.get(f"/organiser/events/{event.slug}/edit").text
    assert ">2 texts are missing</td>" in page
    send(office, event, french(event))
    assert ">complete</td>" in office.get(f"/organiser/events/{event.slug}/edit").text


def test_a_language_is_taken_away_whole(office, event):
    send(office, event, french(event))
    assert send(office, event, {}, path="/remove").status_code == 303
    page = office.get(f"/events/{event.slug}/?lang=fr").text
    assert "Ce texte n’est disponible qu’en anglais." in page
    assert "Membre" not in page
    assert "Membre" not in office.get(f"/organiser/events/{event.slug}/translations/fr").text


def test_the_own_language_is_edited_on_the_edit_page_and_never_taken_away(office, event):
    answer = office.get(f"/organiser/events/{event.slug}/translations/en")
    assert answer.headers["Location"] == f"/organiser/events/{event.slug}/edit"
    token = token_in(office.get(f"/organiser/events/{event.slug}/translations/fr").text)
    office.post(f"/organiser/events/{event.slug}/translations/en/remove", data={"csrf_token": token})
    assert "Workshop on nomenclatures" in office.get(f"/events/{event.slug}/").text


def test_a_language_that_we_do_not_speak_is_not_there(office, event):
    assert office.get(f"/organiser/events/{event.slug}/translations/xx").status_code == 404


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Enter a title."),
        ({"title": "x" * 201}, "Use 200 characters or fewer. You entered 201."),
    ],
)
def test_bad_words_come_back_as_typed_with_a_sentence(office, event, changed, sentence):
    answer = send(office, event, french(event, **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Membre"' in answer.text


def test_hostile_words_are_shown_as_text(office, event):
    send(office, event, french(event, title="<script>alert(1)</script>"))
    page = office.get(f"/events/{event.slug}/?lang=fr").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
