"""An export loses nothing to what people type: neither a question's words nor an answer's."""

import csv
import io
import json

import openpyxl

from registration.core.database import db
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.organiser.attendees.exports import export
from tests.factories import make_event, register

QUESTIONS = (
    QuestionFacts("Diet"),
    QuestionFacts("Diet"),
    QuestionFacts("name"),
    QuestionFacts("Days", kind="choices", choices=("A; B", "C", "D")),
)


def exported(event, fmt):
    out = io.BytesIO()
    export(db.session(), db.session.get_one(Event, event.id), fmt, out)
    db.session.rollback()
    return out.getvalue()


def asked():
    event = make_event(questions=QUESTIONS)
    values = ("none", "nuts", "of my dog", "A; B\nC")
    register(event, "Ada", answers=tuple(zip(event.questions, values, strict=True)))
    return event


def test_answers_in_json_are_a_list_of_their_own(page_app):
    event = asked()
    [ada] = json.loads(exported(event, "json"))
    assert ada["name"] == "Ada"
    assert [one["id"] for one in ada["answers"]] == list(event.questions)
    assert [(one["label"], one["value"]) for one in ada["answers"]] == [
        ("Diet", "none"),
        ("Diet", "nuts"),
        ("name", "of my dog"),
        ("Days", ["A; B", "C"]),
    ]


def test_who_answered_nothing_has_the_questions_too(page_app):
    event = make_event(questions=QUESTIONS)
    register(event, "Ada")
    [ada] = json.loads(exported(event, "json"))
    assert [one["value"] for one in ada["answers"]] == ["", "", "", []]


def test_each_heading_stands_once(page_app):
    event = asked()
    [headings, row] = csv.reader(io.StringIO(exported(event, "csv").decode("utf-8-sig")))
    assert len(set(headings)) == len(headings)
    told = dict(zip(headings, row, strict=True))
    first, second, third, _days = event.questions
    assert (told["name"], told["Diet"], told[f"Diet ({second})"]) == ("Ada", "none", "nuts")
    assert told[f"name ({third})"] == "of my dog"
    assert first != second
    sheet = openpyxl.load_workbook(io.BytesIO(exported(event, "xlsx"))).active
    assert [cell.value for cell in sheet[1]] == headings
