"""The organiser asks: add, change, order and remove questions, and read every kind of answer."""

import csv
import io

import pytest
from sqlalchemy import select

from registration.booking.answers import uploads
from registration.core.database import db
from registration.events.models import Event, Question
from registration.events.services import QuestionFacts
from registration.organiser.attendees.exports import export
from tests import factories
from tests.factories import make_event, register, sign_in, token_in


def base(event) -> str:
    return f"/organiser/events/{event.slug}/edit/questions"


def post(client, event, path="", **data):
    token = token_in(client.get(base(event)).text)
    return client.post(f"{base(event)}{path}", data={"csrf_token": token, **data})


def asked(event) -> list[str]:
    """Return the questions that are asked, in order."""
    db.session.rollback()
    query = select(Question.label).where(Question.event_id == event.id, Question.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Question.rank)))


def test_a_question_is_added_with_all_that_it_has(owner):
    event = make_event(categories={"Member": None, "Press": None}, questions=(QuestionFacts("Stay?", "yes"),))
    answer = post(
        owner,
        event,
        label="How many nights?",
        kind="number",
        scope="attendee",
        category_ids=str(event.categories["Press"]),
        when=f"{event.questions[0]}:yes",
        is_required="y",
        purpose="We book the rooms.",
        retention="14 days",
    )
    assert answer.status_code == 303
    db.session.rollback()
    row = db.session.scalars(select(Question).where(Question.label == "How many nights?")).one()
    assert (row.kind, row.category_ids, row.when_question_id, row.when_answer) == (
        "number",
        [event.categories["Press"]],
        event.questions[0],
        "yes",
    )
    form = owner.get(f"/events/{event.slug}/register").text
    assert "Why we ask: We book the rooms." in form
    shown = owner.get(f"{base(event)}/{row.id}").text
    assert 'value="We book the rooms."' in shown


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"label": ""}, "Enter the question."),
        ({"kind": "choices", "choices": "Only one"}, "at least two choices"),
        ({"kind": "choice", "choices": ""}, "at least two choices"),
        ({"kind": "choice", "choices": "A\nA"}, "Two choices are the same"),
        ({"kind": "picture"}, "Not a valid choice"),
        ({"when": "99:yes"}, "Not a valid choice"),
        ({"scope": "booking", "when": "1:yes"}, "cannot hang on"),
        ({"scope": "booking", "category_ids": "1"}, "cannot be for some categories"),
        ({"label": "x" * 301}, "300 characters or fewer"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence(owner, data, sentence):
    event = make_event(categories={"Member": None}, questions=(QuestionFacts("Stay?", "yes"),))
    answer = post(owner, event, **{"label": "Asked?", "kind": "text"} | data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert asked(event) == ["Stay?"]


def test_questions_are_moved_but_none_before_the_one_it_hangs_on(owner):
    event = make_event(questions=(QuestionFacts("Stay?", "yes"), QuestionFacts("Diet?")))
    stay, diet = event.questions
    post(owner, event, label="Nights?", kind="number", when=f"{stay}:yes")
    assert post(owner, event, f"/{diet}/move", to="earlier").status_code == 303
    assert asked(event) == ["Diet?", "Stay?", "Nights?"]
    assert "must come after" in post(owner, event, f"/{stay}/move", to="later").text
    assert asked(event) == ["Diet?", "Stay?", "Nights?"]


def test_what_nobody_answered_is_removed_and_what_somebody_answered_is_kept(owner):
    event = make_event(questions=(QuestionFacts("Diet?"), QuestionFacts("Phone?")))
    diet, phone = event.questions
    ada = register(event, answers=((diet, "Everything"),))
    post(owner, event, f"/{diet}/remove")
    assert "answers stay" in owner.get(base(event)).text
    post(owner, event, f"/{phone}/remove")
    assert asked(event) == []
    assert db.session.scalars(select(Question.label)).all() == ["Diet?"]
    assert "Diet?" not in owner.get(f"/events/{event.slug}/register").text
    page = owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    assert "Everything" in page
    assert "Diet?" in owner.get(f"/organiser/events/{event.slug}/exports/attendees.csv").text


def test_a_question_that_another_hangs_on_stays(owner):
    event = make_event(questions=(QuestionFacts("Meal?", "choice", choices=("Fish", "Meat")),))
    [meal] = event.questions
    post(owner, event, label="Bones?", kind="yes", when=f"{meal}:Fish")
    assert "hangs on this question" in post(owner, event, f"/{meal}/remove").text
    answer = post(owner, event, f"/{meal}", label="Meal?", kind="choice", choices="Meat\nTofu")
    assert "is asked only after an answer" in answer.text
    assert asked(event) == ["Meal?", "Bones?"]


def test_the_kind_of_an_answered_question_stays(owner):
    event = make_event(questions=(QuestionFacts("Diet?"),))
    register(event, answers=((event.questions[0], "Everything"),))
    answer = post(owner, event, f"/{event.questions[0]}", label="Diet?", kind="number")
    assert "the kind stays" in answer.text
    assert post(owner, event, f"/{event.questions[0]}", label="What diet?", kind="text").status_code == 303
    assert asked(event) == ["What diet?"]


def test_every_kind_is_exported_as_people_read_it(page_app):
    event = make_event(
        capacity=5,
        questions=(
            QuestionFacts("Meals", "choices", choices=("Fish", "Meat")),
            QuestionFacts("Order", scope="booking"),
            QuestionFacts("Paper", "file"),
        ),
    )
    meals, order, paper = event.questions
    value = uploads.keep(paper, "seed", "=paper.pdf", b"%PDF-1.7", 1000)
    register(event, party=2, answers=((meals, "Fish\nMeat"), (order, "PO 12"), (paper, value)))
    out = io.BytesIO()
    export(db.session(), db.session.get_one(Event, event.id), "csv", out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert [row["Meals"] for row in rows] == ["Fish; Meat", ""]
    assert [row["Order"] for row in rows] == ["PO 12", "PO 12"]
    assert [row["Paper"] for row in rows] == ["'=paper.pdf", ""]


@pytest.fixture
def paper(page_app):
    """An event with a sensitive file, and the address of the file."""
    event = make_event(questions=(QuestionFacts("Certificate", "file", is_sensitive=True),))
    value = uploads.keep(event.questions[0], "seed", "Attest <b>.pdf", b"%PDF-1.7", 1000)
    ada = register(event, answers=((event.questions[0], value),))
    return f"/organiser/events/{event.slug}/files/1", event, ada


def test_a_file_is_saved_and_never_run(owner, paper):
    address, event, ada = paper
    assert address in owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    answer = owner.get(address)
    assert answer.data == b"%PDF-1.7"
    assert answer.headers["Content-Disposition"] == "attachment; filename=attest-b.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_opens_to_nobody_else(page_app, page_client, paper):
    address, _event, _ada = paper
    assert page_client.get(address).status_code == 303
    password = factories.make_account("ben@example.org", "viewer")
    sign_in(page_client, "ben@example.org", password)
    assert page_client.get(address).status_code == 404
    other = make_event(title="Another")
    assert page_client.get(f"/organiser/events/{other.slug}/files/1").status_code == 404
