"""The organiser's questions: every kind, who is asked, and what is dropped because it was not asked."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from registration.booking.models import Answer, Attendee, Upload
from registration.booking.tasks.cleanup import tidy
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import QuestionFacts, add_question
from tests.booking.programme_arranging import errors, hidden
from tests.factories import make_event, token_in

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def path(event) -> str:
    return f"/events/{event.slug}/register"


def filled(client, event, **changes):
    data = {
        **hidden(client.get(path(event)).text),
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "consent": "y",
        "attendees-0-name": "",
    }
    return data | changes


def control(event, number=0, attendee=0) -> str:
    return f"attendees-{attendee}-question-{event.questions[number]}"


def answers() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Answer.value).order_by(Answer.id)))


def ask_after(event, facts: QuestionFacts) -> int:
    """Add a question that hangs on the first one of *event*."""

    def work(session):
        row = session.get_one(Event, event.id)
        made = add_question(session, row, facts, 5)
        row.revision += 1
        return made.id

    return write_tx(work)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("number", "2,5", "2.5"),
        ("number", "-12", "-12"),
        ("date", "2026-12-11", "2026-12-11"),
        ("consent", "y", "yes"),
        ("yes", "y", "yes"),
        ("choice", "Fish", "Fish"),
        ("choices", ["Meat", "Fish"], "Fish\nMeat"),
        ("text", " one  line ", "one line"),
        ("long", "two\r\nlines ", "two\nlines"),
    ],
)
def test_each_kind_is_stored_in_one_way(page_app, page_client, kind, typed, stored):
    event = make_event(questions=(QuestionFacts("Asked?", kind, choices=("Fish", "Meat")),))
    answer = page_client.post(path(event), data=filled(page_client, event, **{control(event): typed}))
    assert answer.status_code == 303
    assert answers() == [stored]


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("number", "twelve", "Enter a number"),
        ("number", "1e9", "Enter a number"),
        ("number", "٣" * 16, "Enter a number"),
        ("date", "11/12/2026", "Enter a date"),
        ("date", "2026-02-30", "Enter a date"),
        ("choice", "Dragon", "options that are listed"),
        ("choices", ["Fish", "Dragon"], "options that are listed"),
        ("text", "x" * 1001, "1000 characters or fewer"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_at_its_control(page_app, page_client, kind, typed, sentence):
    event = make_event(questions=(QuestionFacts("Asked?", kind, choices=("Fish", "Meat")),))
    answer = page_client.post(path(event), data=filled(page_client, event, **{control(event): typed}))
    assert answer.status_code == 422
    told = errors(answer)
    [name] = told
    assert name.startswith(control(event))
    assert f'id="{name}"' in answer.text
    assert sentence in told[name]


@pytest.mark.parametrize(
    "kind", ["text", "long", "number", "choice", "choices", "date", "consent", "yes", "file"]
)
def test_what_must_be_answered_is_asked_for(page_app, page_client, kind):
    event = make_event(questions=(QuestionFacts("Asked?", kind, choices=("a", "b"), is_required=True),))
    answer = page_client.post(path(event), data=filled(page_client, event))
    assert answer.status_code == 422
    assert len(errors(answer)) == 1


def test_a_question_that_another_answer_brings_up(page_app, page_client):
    event = make_event(questions=(QuestionFacts("Do you stay overnight?", "yes"),))
    nights = ask_after(
        event,
        QuestionFacts(
            "How many nights?",
            "number",
            is_required=True,
            when_question_id=event.questions[0],
            when_answer="yes",
        ),
    )
    name = f"attendees-0-question-{nights}"
    page = page_client.get(path(event)).text
    assert f'data-when="{control(event)}" data-is="y"' in page
    assert "Only if you ticked “Do you stay overnight?”" in page
    refused = page_client.post(path(event), data=filled(page_client, event, **{control(event): "y"}))
    assert errors(refused) == {name: "Answer this question."}
    dropped = page_client.post(path(event), data=filled(page_client, event, **{name: "no number at all"}))
    assert dropped.status_code == 303
    assert answers() == []


def test_what_hangs_on_an_answer_that_is_itself_not_asked_is_not_asked(page_app, page_client):
    event = make_event(questions=(QuestionFacts("Do you stay?", "yes"),))
    where = ask_after(
        event,
        QuestionFacts(
            "Where?",
            "choice",
            choices=("Hotel", "Friends"),
            when_question_id=event.questions[0],
            when_answer="yes",
        ),
    )
    which = ask_after(
        event,
        QuestionFacts("Which?", when_question_id=where, when_answer="Hotel", is_required=True),
    )
    sent = {f"attendees-0-question-{where}": "Hotel", f"attendees-0-question-{which}": "The Grand"}
    assert page_client.post(path(event), data=filled(page_client, event, **sent)).status_code == 303
    assert answers() == []


def test_a_question_for_one_category_is_asked_only_there(page_app, page_client):
    event = make_event(categories={"Member": None, "Press": None})
    question = ask_after(
        event, QuestionFacts("Which paper?", is_required=True, category_ids=(event.categories["Press"],))
    )
    name = f"attendees-0-question-{question}"
    assert "Only for: Press." in page_client.get(path(event)).text
    press = {"attendees-0-category": str(event.categories["Press"])}
    assert errors(page_client.post(path(event), data=filled(page_client, event, **press))) == {
        name: "Answer this question."
    }
    member = {"attendees-0-category": str(event.categories["Member"]), name: "The Times"}
    assert page_client.post(path(event), data=filled(page_client, event, **member)).status_code == 303
    assert answers() == []


def test_a_question_of_the_booking_is_asked_once(page_app, page_client):
    event = make_event(
        capacity=5, questions=(QuestionFacts("Invoice number?", scope="booking", is_required=True),)
    )
    name = f"question-{event.questions[0]}"
    party = {"attendees-1-name": "Ben"}
    assert errors(page_client.post(path(event), data=filled(page_client, event, **party))) == {
        name: "Answer this question."
    }
    sent = page_client.post(path(event), data=filled(page_client, event, **party, **{name: "PO 12"}))
    assert sent.status_code == 303
    rows = db.session.execute(
        select(Attendee.rank, Answer.value).join(Attendee, Attendee.id == Answer.attendee_id)
    ).all()
    assert rows == [(0, "PO 12")]


def test_a_sensitive_question_says_why_and_for_how_long(page_app, page_client):
    event = make_event(
        questions=(QuestionFacts("Diet?", is_sensitive=True, purpose="The cook asks.", retention="14 days"),)
    )
    page = page_client.get(path(event)).text
    assert "Why we ask: The cook asks." in page
    assert "How long we keep it: 14 days" in page


@pytest.fixture
def talk(page_app):
    return make_event(questions=(QuestionFacts("Your paper", "file", is_required=True),))


def with_file(client, event, data=PDF, name="paper.pdf", **changes):
    return filled(client, event, **changes) | {f"{control(event)}-file": (BytesIO(data), name)}


def test_a_file_is_kept_and_answers_the_question(page_client, talk):
    assert 'enctype="multipart/form-data"' in page_client.get(path(talk)).text
    assert page_client.post(path(talk), data=with_file(page_client, talk)).status_code == 303
    [value] = answers()
    upload = db.session.scalars(select(Upload)).one()
    assert value == upload.value
    assert value.endswith("/paper.pdf")
    assert (upload.content_type, upload.data) == ("application/pdf", PDF)


def test_a_file_survives_a_form_that_comes_back(page_client, talk):
    refused = page_client.post(path(talk), data=with_file(page_client, talk, email="no address"))
    assert refused.status_code == 422
    assert "paper.pdf" in refused.text
    kept = token_in(refused.text, control(talk))
    assert (
        page_client.post(path(talk), data=filled(page_client, talk, **{control(talk): kept})).status_code
        == 303
    )
    assert answers() == [kept]


@pytest.mark.parametrize("press", [{"add": "1"}, {"remove": "1"}], ids=["add", "remove"])
def test_a_file_that_we_do_not_take_is_told_of_while_people_are_added_and_removed(page_client, talk, press):
    block = {"attendees-1-name": "Ben", control(talk).replace("-0-", "-1-"): ""}
    data = with_file(page_client, talk, data=b"MZ program", name="new.exe") | block | press
    page = page_client.post(path(talk), data=data).text
    assert "Choose a PDF" in page
    assert f'href="#{control(talk)}-file"' in page
    assert page.count("autofocus") == 1


def test_the_file_of_who_is_removed_is_told_of_no_more(page_client, talk):
    file = {f"{control(talk)}-file".replace("-0-", "-1-"): (BytesIO(b"MZ program"), "new.exe")}
    data = filled(page_client, talk) | {"attendees-1-name": "Ben", "remove": "1"} | file
    assert "Choose a PDF" not in page_client.post(path(talk), data=data).text


def test_the_same_file_twice_is_one_registration_and_one_file(page_client, talk):
    data = filled(page_client, talk)
    sent = [
        page_client.post(path(talk), data=data | {f"{control(talk)}-file": (BytesIO(PDF), "paper.pdf")})
        for _click in range(2)
    ]
    assert sent[0].headers["Location"] == sent[1].headers["Location"]
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"<script>alert(1)</script>", "paper.pdf", "Choose a PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "picture.png", "Choose a PDF"),
        (b"MZ\x90\x00", "paper.pdf", "Choose a PDF"),
        (b"PK\x03\x04 torn", "paper.docx", "Choose a PDF"),
        (b"", "paper.pdf", "empty"),
    ],
)
def test_a_file_that_we_do_not_take_gets_a_sentence(page_client, talk, data, name, sentence):
    answer = page_client.post(path(talk), data=with_file(page_client, talk, data, name))
    assert answer.status_code == 422
    assert sentence in errors(answer)[f"{control(talk)}-file"]
    assert 'value="Ada Lovelace"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_file_that_is_too_large_gets_a_sentence(page_app, page_client, talk):
    page_app.config["MAX_FILE"] = 1_000
    answer = page_client.post(path(talk), data=with_file(page_client, talk, PDF + b"x" * 1_000))
    assert answer.status_code == 422
    assert "too large" in errors(answer)[f"{control(talk)}-file"]


def document(*names: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def test_documents_are_taken_without_macros(page_client, talk):
    macro = document("word/document.xml", "word/vbaProject.bin")
    assert page_client.post(path(talk), data=with_file(page_client, talk, macro, "a.docx")).status_code == 422
    plain = document("word/document.xml")
    assert page_client.post(path(talk), data=with_file(page_client, talk, plain, "a.docx")).status_code == 303


def test_a_path_and_tricks_in_the_name_stay_outside(page_client, talk):
    page_client.post(path(talk), data=with_file(page_client, talk, name="../../etc/\u202efdp.exe\x07.pdf"))
    [value] = answers()
    assert value[33:] == "file"


def test_a_file_of_somebody_else_cannot_be_named(page_client, talk):
    page_client.post(path(talk), data=with_file(page_client, talk))
    stolen = filled(page_client, talk, email="eve@example.org", **{control(talk): "0" * 32 + "/paper.pdf"})
    answer = page_client.post(path(talk), data=stolen)
    assert errors(answer) == {f"{control(talk)}-file": "Choose the file again."}


def test_a_form_without_a_file_takes_no_large_body(page_app, page_client):
    event = make_event()
    data = filled(page_client, event) | {"attendees-0-file": (BytesIO(PDF + b"x" * 360_000), "a.pdf")}
    assert page_client.post(path(event), data=data).status_code == 413


def test_files_that_no_answer_names_are_forgotten(page_client, talk):
    page_client.post(path(talk), data=with_file(page_client, talk))
    page_client.post(path(talk), data=with_file(page_client, talk, PDF + b"other", email="nothing"))
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 2
    assert tidy() == 0
    later = clock.now() + timedelta(hours=26)
    with clock.running(lambda: later):
        # The file, and two counts of bytes: of its network, and of all.
        assert tidy() == 3
        assert tidy() == 0
    assert db.session.scalars(select(Upload.value)).all() == answers()
