"""One form for the events of a programme: who comes to what, asked once, decided in one transaction."""

import pytest
from sqlalchemy import select

from registration.booking.models import Answer, Attendee
from registration.booking.queries.dependants import dependants
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.mail.models import OutgoingMessage
from registration.seats.models import Registration
from tests.booking.programme_arranging import errors, filled, make_programme, path
from tests.factories import make_event, pool, register, token_in

DIET = QuestionFacts("What do you eat?", "text")


@pytest.fixture
def workshop(page_app):
    return make_event(capacity=1, title="Workshop", questions=(DIET,))


@pytest.fixture
def meeting(page_app):
    return make_event(capacity=5, title="Meeting", questions=(DIET,))


@pytest.fixture
def dinner(page_app):
    return make_event(capacity=5, title="Dinner")


@pytest.fixture
def programme(workshop, meeting, dinner):
    return make_programme(workshop, meeting, dinner, requires={dinner.id: meeting.id})


def sizes() -> dict[int, tuple[str, int]]:
    """Return state and size of each event's registration."""
    db.session.rollback()
    rows = db.session.execute(select(Registration.event_id, Registration.state, Registration.size))
    return {row.event_id: (row.state, row.size) for row in rows}


def test_a_seat_here_and_a_wait_there_are_told_on_one_page(page_client, programme, workshop, meeting):
    register(workshop, "Ben")
    answer = page_client.post(path(programme), data=filled(page_client, programme, workshop, meeting))
    assert answer.status_code == 303
    page = page_client.get(answer.headers["Location"]).text
    assert 'data-state="waitlisted" data-position="1"' in page
    assert 'data-state="confirmed"' in page


def test_one_form_is_one_mail_with_a_calendar_file_for_each_event(page_client, programme, workshop, meeting):
    page_client.post(path(programme), data=filled(page_client, programme, workshop, meeting))
    assert db.session.scalars(select(OutgoingMessage.kind)).all() == ["programme"]


def test_one_event_alone_is_told_by_the_mail_of_that_event(page_client, programme, meeting):
    page_client.post(path(programme), data=filled(page_client, programme, meeting))
    assert db.session.scalars(select(OutgoingMessage.kind)).all() == ["confirmed"]


def test_each_attendee_may_come_to_other_events(page_client, programme, workshop, meeting):
    data = filled(page_client, programme, workshop, meeting) | {
        "attendees-1-name": "Ben",
        "attendees-1-events": [meeting.slug],
    }
    assert page_client.post(path(programme), data=data).status_code == 303
    assert sizes() == {workshop.id: ("confirmed", 1), meeting.id: ("confirmed", 2)}


def test_all_or_nothing_registers_nothing_where_one_event_is_full(page_client, programme, workshop, meeting):
    register(workshop, "Ben")
    data = filled(page_client, programme, workshop, meeting, together="y")
    answer = page_client.post(path(programme), data=data)
    assert answer.status_code == 409
    assert "nothing was registered" in errors(answer)["together"]
    assert 'value="Ada Lovelace"' in answer.text
    assert pool(meeting).taken == 0


def test_the_same_question_of_two_events_is_asked_once_and_answered_for_both(
    page_client, programme, workshop, meeting
):
    name = f"attendees-0-question-{workshop.questions[0]}"
    page = page_client.get(path(programme)).text
    assert page.count("What do you eat?") == 1
    data = filled(page_client, programme, workshop, meeting) | {name: "Everything"}
    page_client.post(path(programme), data=data)
    answers = db.session.execute(select(Answer.question_id, Answer.value).order_by(Answer.question_id)).all()
    assert answers == [(workshop.questions[0], "Everything"), (meeting.questions[0], "Everything")]


def test_without_an_event_the_form_asks_for_one(page_client, programme):
    answer = page_client.post(path(programme), data=filled(page_client, programme))
    assert answer.status_code == 422
    assert "at least one event" in errors(answer)["events-0"]


def test_an_event_that_nobody_comes_to_is_told(page_client, programme, workshop, meeting):
    data = filled(page_client, programme, workshop, meeting) | {"attendees-0-events": [meeting.slug]}
    answer = page_client.post(path(programme), data=data)
    assert "Nobody comes to Workshop" in errors(answer)["events-0"]
    assert sizes() == {}


def test_an_event_of_elsewhere_cannot_be_chosen(page_client, programme, meeting):
    other = make_event(title="Elsewhere")
    answer = page_client.post(path(programme), data=filled(page_client, programme, meeting, other))
    assert answer.status_code == 422
    assert "events-0" in errors(answer)


def test_the_dinner_is_not_to_be_had_without_the_meeting(page_client, programme, dinner):
    answer = page_client.post(path(programme), data=filled(page_client, programme, dinner))
    assert answer.status_code == 409
    assert "“Dinner” can only be had together with “Meeting”" in errors(answer)["events-0"]
    assert sizes() == {}


def test_nobody_comes_to_the_dinner_alone(page_client, programme, meeting, dinner):
    data = filled(page_client, programme, meeting, dinner) | {
        "attendees-1-name": "Ben",
        "attendees-1-events": [dinner.slug],
    }
    answer = page_client.post(path(programme), data=data)
    assert answer.status_code == 409
    assert sizes() == {}


def test_who_comes_to_the_meeting_already_may_add_the_dinner(page_client, programme, meeting, dinner):
    register(meeting, "Ada", email="ADA@example.org")
    page_client.post(path(programme), data=filled(page_client, programme, dinner))
    assert set(sizes()) == {meeting.id, dinner.id}


def test_the_dinners_own_form_asks_for_the_meeting_too(page_client, programme, dinner):
    own = f"/events/{dinner.slug}/register"
    data = filled(page_client, programme, dinner)
    data["submit_key"] = token_in(page_client.get(own).text, "submit_key")
    answer = page_client.post(own, data=data)
    assert answer.status_code == 409
    assert "together with “Meeting”" in answer.text


def test_the_dinners_own_form_leads_to_the_one_form(page_client, programme, dinner):
    page = page_client.get(f"/events/{dinner.slug}/register").text
    assert "you also need to register for “Meeting”" in page
    assert f'href="/programmes/{programme}/register?events={dinner.slug}"' in page
    chosen = page_client.get(f"{path(programme)}?events={dinner.slug}").text
    assert f'value="{dinner.slug}" checked' in chosen


def test_what_depends_on_the_meeting_is_known(page_client, programme, meeting, dinner):
    page_client.post(path(programme), data=filled(page_client, programme, meeting, dinner))
    rows = {row.event_id: row for row in db.session.scalars(select(Registration))}
    assert [seat.title for seat in dependants(db.session(), rows[meeting.id])] == ["Dinner"]
    assert dependants(db.session(), rows[dinner.id]) == []


def test_an_address_that_is_registered_for_one_event_learns_nothing(
    page_client, programme, workshop, meeting
):
    register(meeting, "Ada", email="ada@example.org")
    answer = page_client.post(path(programme), data=filled(page_client, programme, workshop, meeting))
    assert answer.headers["Location"] == f"/programmes/{programme}/registered"
    assert "Nothing else was registered" in page_client.get(answer.headers["Location"]).text
    assert workshop.id not in sizes()


def test_sending_twice_and_reloading_is_one_registration(page_client, programme, workshop, meeting):
    data = filled(page_client, programme, workshop, meeting)
    first = page_client.post(path(programme), data=data)
    again = page_client.post(path(programme), data=data)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(sizes()) == 2
    assert len(db.session.scalars(select(Attendee.id)).all()) == 2


def test_two_tabs_with_other_answers_are_one_registration_and_one_conflict(page_client, programme, meeting):
    data = filled(page_client, programme, meeting)
    page_client.post(path(programme), data=data)
    answer = page_client.post(path(programme), data=data | {"email": "ben@example.org"})
    assert answer.status_code == 409
    assert 'value="ben@example.org"' in answer.text


def test_adding_and_removing_keeps_everything_and_puts_the_focus(page_client, programme, workshop, meeting):
    data = filled(page_client, programme, workshop, add="1") | {"attendees-0-events": [workshop.slug]}
    added = page_client.post(path(programme), data=data)
    assert added.status_code == 422
    assert 'id="attendees-1-name"' in added.text
    assert "autofocus" in added.text
    assert f'value="{workshop.slug}" checked' in added.text
    data = data | {"attendees-1-name": "Ben", "attendees-2-name": "Cleo", "remove": "1"}
    removed = page_client.post(path(programme), data={key: one for key, one in data.items() if key != "add"})
    assert 'value="Cleo"' in removed.text
    assert 'value="Ben"' not in removed.text


def test_a_closed_event_is_shown_with_its_reason_and_cannot_be_chosen(page_client, meeting):
    shut = make_event(title="Shut", status="cancelled")
    programme = make_programme(meeting, shut)
    page = page_client.get(path(programme)).text
    assert "This event is cancelled" in page
    answer = page_client.post(path(programme), data=filled(page_client, programme, shut))
    assert answer.status_code == 422


def test_categories_of_the_same_names_are_chosen_once(page_client, page_app):
    first = make_event(title="First", categories={"Member": 5, "Press": None})
    second = make_event(title="Second", categories={"Press": None, "Member": 1})
    programme = make_programme(first, second)
    data = filled(page_client, programme, first, second) | {
        "attendees-0-category": str(first.categories["Member"])
    }
    assert page_client.post(path(programme), data=data).status_code == 303
    assert pool(first, "Member").taken == 1
    assert pool(second, "Member").taken == 1


def test_a_category_is_asked_only_of_who_comes_there(page_client, page_app):
    plain = make_event(title="Plain")
    sorted_event = make_event(title="Sorted", categories={"Member": None, "Press": None})
    programme = make_programme(plain, sorted_event)
    refused = page_client.post(path(programme), data=filled(page_client, programme, plain, sorted_event))
    assert errors(refused) == {"attendees-0-category-0": "Choose a category."}
    assert page_client.post(path(programme), data=filled(page_client, programme, plain)).status_code == 303


def test_unknown_programmes_are_not_found(page_app, page_client):
    assert page_client.get("/programmes/nothing/register").status_code == 404
    assert page_client.post("/programmes/nothing/register", data={}).status_code == 404
