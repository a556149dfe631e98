"""A file that answers a question is replaced and taken back on the booking's page; the old one is gone."""

from io import BytesIO

import pytest

from registration.booking.answers import uploads
from registration.booking.changes.cancel import cancel_attendee
from registration.booking.changes.edit import change_people
from registration.booking.changes.written import Corrected
from registration.booking.models import Answer, Upload
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE
from tests import factories
from tests.booking.arranging import booked, fields_in
from tests.factories import make_account, make_event, register, sign_in, target

OLD, NEW = b"%PDF-1.7 old", b"%PDF-1.7 new"


def stored() -> list[tuple[str, bytes]]:
    """Return (name that the answer says, contents) of each file."""
    db.session.rollback()
    said = [one.value for one in db.session.query(Answer).order_by(Answer.id)]
    kept = {one.value: one.data for one in db.session.query(Upload)}
    assert set(kept) == set(said)
    return [(value.partition("/")[2], kept[value]) for value in said]


def arranged(is_required=False):
    """Return the event, Ada's registration with a paper, and the address of her form."""
    event = make_event(questions=(QuestionFacts("Your paper", "file", is_required=is_required),))
    value = uploads.keep(event.questions[0], "seed", "old.pdf", OLD, 1000)
    page, ada = booked(event, "Ada", answers=((event.questions[0], value),))
    return event, ada, f"{page}registrations/{ada.id}/edit"


def test_a_file_is_replaced_and_the_organiser_gets_the_new_one(page_app, page_client):
    event, ada, address = arranged()
    page = page_client.get(address).text
    assert "old.pdf" in page
    field = f"attendees-0-question-{event.questions[0]}-file"
    data = fields_in(page) | {field: (BytesIO(NEW), "new.pdf")}
    assert page_client.post(address, data=data).status_code == 303
    assert stored() == [("new.pdf", NEW)]
    sign_in(page_client, "owner@example.org", make_account("owner@example.org", "owner"))
    answer_id = db.session.query(Answer).one().id
    taken = page_client.get(f"/organiser/events/{event.slug}/files/{answer_id}")
    assert taken.data == NEW
    told = page_client.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    assert "new.pdf" in told
    assert "old.pdf" not in told


@pytest.mark.parametrize("is_required", [True, False])
def test_only_a_file_that_need_not_be_there_can_be_left_out(page_app, page_client, is_required):
    _event, _ada, address = arranged(is_required=is_required)
    page = page_client.get(address).text
    assert "old.pdf" in page
    assert ("Remove this file" in page) == (not is_required)


def test_a_file_stays_while_something_else_is_changed(page_app, page_client):
    _event, ada, address = arranged(is_required=True)
    data = fields_in(page_client.get(address).text) | {"attendees-0-name": "Ada Lovelace"}
    del data[next(name for name in data if name.endswith("-file"))]
    assert page_client.post(address, data=data).status_code == 303
    assert stored() == [("old.pdf", OLD)]
    assert factories.attendees(ada)[0].name == "Ada Lovelace"


@pytest.mark.parametrize(("is_required", "status", "left"), [(False, 303, []), (True, 422, ["old.pdf"])])
def test_a_file_is_taken_back_unless_it_must_be_there(page_app, page_client, is_required, status, left):
    event, _ada, address = arranged(is_required)
    drop = f"attendees-0-question-{event.questions[0]}-drop"
    answer = page_client.post(address, data=fields_in(page_client.get(address).text) | {drop: "y"})
    assert answer.status_code == status
    assert [name for name, _data in stored()] == left


def test_a_file_that_we_do_not_take_leaves_the_old_one(page_app, page_client):
    event, _ada, address = arranged()
    field = f"attendees-0-question-{event.questions[0]}-file"
    data = fields_in(page_client.get(address).text) | {field: (BytesIO(b"MZ program"), "new.exe")}
    answer = page_client.post(address, data=data)
    assert answer.status_code == 422
    assert "Choose a PDF" in answer.text
    assert f'href="#{field}"' in answer.text
    assert stored() == [("old.pdf", OLD)]


def test_a_page_that_is_not_hers_keeps_no_file(page_app, page_client):
    event, _ada, address = arranged()
    field = f"attendees-0-question-{event.questions[0]}-file"
    data = fields_in(page_client.get(address).text) | {field: (BytesIO(NEW), "new.pdf"), "key": "wrong"}
    assert page_client.post(address, data=data).status_code == 400
    assert stored() == [("old.pdf", OLD)]


def test_a_file_that_somebody_else_names_too_stays(app):
    event = make_event(capacity=5, questions=(QuestionFacts("Your paper", "file"),))
    [paper] = event.questions
    value = uploads.keep(paper, "seed", "old.pdf", OLD, 1000)
    ada, _ben = (register(event, name, answers=((paper, value),)) for name in ("Ada", "Ben"))
    [one] = factories.attendees(ada)
    change_people(target(ada), [Corrected(one.id, "Ada", "", "", ((paper, ""),))], ATTENDEE)
    assert stored() == [("old.pdf", OLD)]


def test_a_file_that_was_taken_back_is_deleted_at_once(app):
    event = make_event(questions=(QuestionFacts("Your paper", "file"),))
    [paper] = event.questions
    ada = register(event, answers=((paper, uploads.keep(paper, "seed", "old.pdf", OLD, 1000)),))
    [one] = factories.attendees(ada)
    change_people(target(ada), [Corrected(one.id, "Ada", "", "", ((paper, ""),))], ATTENDEE)
    assert stored() == []


def test_what_the_contact_answered_for_all_stays_when_the_first_does_not_come(page_app, page_client):
    asked = (
        QuestionFacts("Order number", scope="booking"),
        QuestionFacts("A letter", "file", is_required=True, scope="booking"),
    )
    event = make_event(capacity=3, questions=asked)
    order, letter = event.questions
    value = uploads.keep(letter, "seed", "old.pdf", OLD, 1000)
    page, ada = booked(event, "Ada", party=3, answers=((order, "77"), (letter, value)))
    for one in factories.attendees(ada)[:2]:
        cancel_attendee(target(ada), one.id, ATTENDEE)
    shown = page_client.get(f"{page}registrations/{ada.id}/edit").text
    assert 'value="77"' in shown
    assert "old.pdf" in shown
