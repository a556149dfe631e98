"""A choice keeps its identity: order, words and languages change, answers stay what they were."""

import pytest
from sqlalchemy import select

from registration.booking.models import Answer
from registration.core.database import db
from registration.events.asking import new_choice_ids
from registration.events.models import Question
from registration.events.services import QuestionFacts
from tests.booking.arranging import booked
from tests.factories import make_account, make_event, register, sign_in, token_in

MEALS = QuestionFacts("Meal?", "choice", choices=("Vegetarian", "Meat", "Fish"))


@pytest.fixture
def owner(page_app, page_client):
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "owner"))
    return page_client


def base(event) -> str:
    return f"/organiser/events/{event.slug}/edit/questions"


def change(client, event, **data):
    address = f"{base(event)}/{event.questions[0]}"
    page = client.get(address).text
    known = {"label": "Meal?", "kind": "choice", "csrf_token": token_in(page)}
    return client.post(address, data=known | data)


def translate(client, event, words):
    address = f"/organiser/events/{event.slug}/translations/fr"
    page = client.get(address).text
    data = {"csrf_token": token_in(page), "title": "Atelier"}
    fields = [part.split('"')[0] for part in page.split('name="question-')[1:]]
    choices = [f"question-{one}" for one in fields if "-choice-" in one]
    answer = client.post(address, data=data | dict(zip(choices, words, strict=True)))
    assert answer.status_code == 303, answer.text


def stored() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Answer.value).order_by(Answer.id)))


def french_form(client, event) -> dict[str, str]:
    """Return what is stored by what a French reader ticks."""
    page = client.get(f"/events/{event.slug}/register?lang=fr").text
    found = {}
    for part in page.split('type="radio"')[1:]:
        value = part.split('value="')[1].split('"')[0]
        words = part.split("</label>")[0].split("<span", 1)[1].split(">", 1)[1]
        found[words.replace('<span lang="en">', "").replace("</span>", "")] = value
    return found


def test_reordering_leaves_translations_with_their_choices(owner):
    event = make_event(questions=(MEALS,))
    translate(owner, event, ["Végétarien", "Viande", "Poisson"])
    before = french_form(owner, event)
    assert change(owner, event, choices="Meat\nFish\nVegetarian").status_code == 303
    assert french_form(owner, event) == before
    assert before["Viande"] == "Meat"


def test_a_choice_without_words_in_a_language_is_shown_in_the_events_own(owner):
    event = make_event(questions=(MEALS,))
    translate(owner, event, ["Végétarien", "", "Poisson"])
    change(owner, event, choices="Vegetarian\nMeat\nFish\nVegan")
    assert set(french_form(owner, event)) >= {"Végétarien", "Meat", "Poisson", "Vegan"}


def test_other_words_for_the_same_choice_are_read_in_answers_exports_and_conditions(owner):
    event = make_event(questions=(MEALS, QuestionFacts("Bones?", "yes")))
    [meal, bones] = event.questions
    page = owner.get(f"{base(event)}/{bones}").text
    data = {"label": "Bones?", "kind": "yes", "when": f"{meal}:Fish", "csrf_token": token_in(page)}
    assert owner.post(f"{base(event)}/{bones}", data=data).status_code == 303
    ada = register(event, "Ada", answers=((meal, "Fish"),))
    answer = change(owner, event, choices="Vegetarian\nMeat\nHake", renames="y")
    assert answer.status_code == 303, answer.text
    assert stored() == ["Fish"]
    shown = owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    assert "Hake" in shown
    assert "Hake" in owner.get(f"/organiser/events/{event.slug}/exports/attendees.csv").text
    assert "“Meal?” is “Hake”" in owner.get(f"{base(event)}/{bones}").text


def test_without_the_tick_a_changed_line_is_a_new_choice_and_answers_stay(owner):
    event = make_event(questions=(MEALS,))
    ada = register(event, "Ada", answers=((event.questions[0], "Fish"),))
    assert change(owner, event, choices="Vegetarian\nMeat\nTofu").status_code == 303
    shown = owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    assert "Fish" in shown
    assert "Tofu" not in shown


def test_who_corrects_an_answer_finds_it_ticked_in_its_new_words(owner):
    event = make_event(questions=(MEALS,))
    page, ada = booked(event, "Ada", answers=((event.questions[0], "Fish"),))
    change(owner, event, choices="Hake\nVegetarian\nMeat", renames="y")
    form = owner.get(f"{page}registrations/{ada.id}/edit").text
    [ticked] = [part for part in form.split('<label class="choice"') if " checked" in part]
    assert "Hake" in ticked


@pytest.mark.parametrize(
    ("known", "labels", "renames", "ids"),
    [
        ((), ["Meat", "Fish"], False, ["Meat", "Fish"]),
        ((("a", "Meat"), ("b", "Fish")), ["Fish", "Meat"], True, ["b", "a"]),
        ((("a", "Meat"), ("b", "Fish")), ["Fish", "Beef"], True, ["b", "a"]),
        ((("a", "Meat"), ("b", "Fish")), ["Fish", "Beef"], False, ["b", "Beef"]),
        ((("Meat", "Beef"),), ["Beef", "Meat"], False, ["Meat", "Meat (2)"]),
    ],
)
def test_a_choice_keeps_what_is_stored_of_it(known, labels, renames, ids):
    assert new_choice_ids(known, labels, renames=renames) == ids


def test_every_question_has_an_id_for_each_choice(page_app):
    make_event(questions=(MEALS, QuestionFacts("Why?")))
    assert [len(one.choice_ids) for one in db.session.scalars(select(Question))] == [3, 0]
