"""Several events in one transaction, on both databases: who may come without whom, and what it costs."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy import event as events

from registration.booking.admission.prerequisites import NotWithoutTheOther
from registration.booking.admission.services import register
from registration.booking.answers import uploads
from registration.booking.answers.uploads import FileRefused
from registration.booking.form.programme_definition import programme_definition
from registration.booking.models import Upload
from registration.booking.queries.dependants import dependants
from registration.booking.rules import Person, Wish, lacking
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.events.services import QuestionFacts
from registration.mail.models import OutgoingMessage
from registration.seats.models import Queue, Registration
from tests.booking.programme_arranging import make_programme
from tests.factories import application, cancel_registration, pool
from tests.factories import register as register_one

ADA, BEN = Person("Ada", "ada@example.org"), Person("Ben")


def for_all(*made, **values):
    """Return a form of Ada's for several events."""
    asked = application(made[0], "Ada", **values)
    people = asked.wishes[0].people
    return replace(asked, wishes=tuple(Wish(one.id, people) for one in made))


def added(event):
    """Register Ada for what she has the other event for; her mail alone says that it went well."""
    with pytest.raises(NotWithoutTheOther):
        register(application(event, "Ada", email="Ada@Example.org"))
    db.session.rollback()
    return db.session.scalars(select(Registration).where(Registration.event_id == event.id)).one()


@pytest.fixture
def meeting(app, make_event):
    return make_event(capacity=3, title="Meeting")


@pytest.fixture
def dinner(app, make_event, meeting):
    made = make_event(capacity=3, title="Dinner")
    make_programme(meeting, made, requires={made.id: meeting.id})
    return made


def test_people_lack_the_other_event_one_by_one():
    needs = {2: 1}
    assert lacking([Wish(2, (ADA,))], needs) == [(2, 1)]
    assert lacking([Wish(1, (ADA,)), Wish(2, (ADA, BEN))], needs) == [(2, 1)]
    assert lacking([Wish(1, (ADA, BEN)), Wish(2, (BEN,))], needs) == []
    assert lacking([Wish(1, (ADA,)), Wish(3, (BEN,))], needs) == []


def test_the_dinner_alone_changes_nothing(meeting, dinner):
    with pytest.raises(NotWithoutTheOther, match=r"Dinner.*Meeting"):
        register(application(dinner, "Ada"))
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
    assert pool(dinner).taken == 0


def test_both_together_are_let_in_and_the_dinner_depends_on_the_meeting(meeting, dinner):
    register(for_all(dinner, meeting))
    rows = {row.event_id: row for row in db.session.scalars(select(Registration))}
    assert {row.state for row in rows.values()} == {"confirmed"}
    assert [one.event_id for one in dependants(db.session(), rows[meeting.id])] == [dinner.id]


def test_the_dinner_may_follow_the_meeting_until_that_is_given_up(meeting, dinner):
    first = register_one(meeting, "Ada", email="ada@example.org")
    later = added(dinner)
    assert later.state == "confirmed"
    cancel_registration(first)
    assert [one.registration_id for one in dependants(db.session(), first)] == [later.id]
    cancel_registration(later)
    assert dependants(db.session(), first) == []
    with pytest.raises(NotWithoutTheOther):
        register(application(dinner, "Ada", email="ada@example.org"))


def test_one_form_is_one_mail_and_a_second_event_later_another(meeting, dinner):
    register(for_all(meeting, dinner))
    kinds = select(OutgoingMessage.kind).order_by(OutgoingMessage.id)
    assert db.session.scalars(kinds).all() == ["programme"]
    register_one(meeting, "Cleo")
    db.session.rollback()
    assert db.session.scalars(kinds).all() == ["programme", "confirmed"]


def test_the_doctor_finds_nothing_after_a_mixed_outcome(app, make_event, meeting, dinner):
    full = make_event(capacity=0, title="Full")
    register(for_all(meeting, dinner, full))
    assert [one.sentences for one in examine(db.engine) if not one.holds] == []


def test_an_address_is_confirmed_once_for_the_whole_form(app, meeting, dinner):
    write_tx(lambda session: session.execute(update(Queue).values(confirms_address=True)))
    register(for_all(meeting, dinner))
    assert set(db.session.scalars(select(Registration.state))) == {"unverified"}
    assert db.session.scalars(select(OutgoingMessage.kind)).all() == ["verify"]
    assert [one.sentences for one in examine(db.engine) if not one.holds] == []


def test_the_doctor_misses_a_file_that_is_gone(app, make_event):
    event = make_event(questions=(QuestionFacts("Paper", "file"),))
    [question] = event.questions
    value = uploads.keep(question, "seed", "a.pdf", b"%PDF-1.7", 100)
    register_one(event, "Ada", answers=((question, value),))
    assert all(one.holds for one in examine(db.engine))
    write_tx(lambda session: session.execute(delete(Upload)))
    assert [one.code for one in examine(db.engine) if not one.holds] == ["I20"]


def test_the_statements_do_not_grow_with_the_events(app, make_event):
    made = [make_event(capacity=100, title=f"Event {number}") for number in range(3)]
    counted: list[str] = []

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    events.listen(db.engine, "before_cursor_execute", count)
    register(for_all(*made, party=5))
    few = len(counted)
    events.remove(db.engine, "before_cursor_execute", count)
    for event in made:
        for _number in range(10):
            register_one(event, "Ben")
    counted.clear()
    events.listen(db.engine, "before_cursor_execute", count)
    register(for_all(*made, party=5))
    events.remove(db.engine, "before_cursor_execute", count)
    assert len(counted) == few


def test_the_sheet_of_a_programme_is_read_in_two_queries_while_nothing_is_edited(app, make_event):
    slug = make_programme(*(make_event(title=f"Event {number}") for number in range(4)))
    first = programme_definition(db.session(), slug)
    counted: list[str] = []

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    events.listen(db.engine, "before_cursor_execute", count)
    again = programme_definition(db.session(), slug)
    events.remove(db.engine, "before_cursor_execute", count)
    assert again == first
    assert len([one for one in counted if "SELECT" in one.upper()]) == 2


def test_files_are_kept_on_both_databases(app, make_event):
    event = make_event(questions=(QuestionFacts("Paper", "file"),))
    [question] = event.questions
    value = uploads.keep(question, "seed", "a.pdf", b"%PDF-1.7\x00\xff", 100)
    assert uploads.keep(question, "seed", "a.pdf", b"%PDF-1.7\x00\xff", 100) == value
    assert uploads.keep(question, "other", "a.pdf", b"%PDF-1.7\x00\xff", 100) != value
    assert uploads.known(db.session(), [value, "0" * 32 + "/a.pdf"]) == {(question, value)}
    with pytest.raises(FileRefused):
        uploads.keep(question, "seed", "a.pdf", b"%PDF-" + b"x" * 100, 100)
