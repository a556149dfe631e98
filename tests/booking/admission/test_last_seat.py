"""The last seat goes while somebody fills in the form: she is told so, and nothing typed is lost."""

from sqlalchemy import select

from registration.core.database import db
from registration.seats.models import Registration
from tests.booking.form.test_questions import filled, path
from tests.booking.programme_arranging import filled as filled_programme
from tests.booking.programme_arranging import make_programme
from tests.booking.programme_arranging import path as programme_path
from tests.factories import make_event, register


def test_with_a_waitlist_the_booking_says_why_there_is_no_seat(page_app, page_client):
    event = make_event(capacity=1)
    data = filled(page_client, event)
    register(event, "Ben")
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 303
    page = page_client.get(answer.headers["Location"]).text
    assert "The last seat was taken while you filled in the form" in page
    assert 'data-position="1"' in page
    again = page_client.post(path(event), data=data)
    assert again.headers["Location"] == answer.headers["Location"]


def test_who_saw_the_waitlist_is_told_nothing_of_a_last_seat(page_app, page_client):
    event = make_event(capacity=1)
    register(event, "Ben")
    answer = page_client.post(path(event), data=filled(page_client, event))
    page = page_client.get(answer.headers["Location"]).text
    assert 'data-state="waitlisted"' in page
    assert "The last seat was taken" not in page


def test_where_only_the_category_is_full_no_last_seat_went(page_app, page_client):
    event = make_event(capacity=5, categories={"Press": 1, "Guest": None})
    register(event, "Ben", category="Press")
    data = filled(page_client, event, **{"attendees-0-category": str(event.categories["Press"])})
    answer = page_client.post(path(event), data=data)
    page = page_client.get(answer.headers["Location"]).text
    assert 'data-state="waitlisted"' in page
    assert "The last seat was taken" not in page
    assert "There was no free seat left for what you chose" in page


def test_without_a_waitlist_the_form_comes_back_with_all_answers(page_app, page_client):
    event = make_event(capacity=1, has_waitlist=False)
    data = filled(page_client, event)
    register(event, "Ben")
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 409
    assert "<h1>The last seat was taken while you filled in the form" in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert "All seats are taken" in answer.text


def test_of_a_programme_only_the_event_that_went_says_so(page_app, page_client):
    first, second = make_event(capacity=1, title="First"), make_event(capacity=5, title="Second")
    programme = make_programme(first, second)
    data = filled_programme(page_client, programme, first, second)
    register(first, "Ben")
    answer = page_client.post(programme_path(programme), data=data)
    page = page_client.get(answer.headers["Location"]).text
    assert page.count("The last seat was taken while you filled in the form") == 1


def test_a_full_event_of_a_programme_without_waitlist_is_named(page_app, page_client):
    first, second = make_event(capacity=1, title="First", has_waitlist=False), make_event(title="Second")
    programme = make_programme(first, second)
    data = filled_programme(page_client, programme, first, second)
    register(first, "Ben")
    answer = page_client.post(programme_path(programme), data=data)
    assert answer.status_code == 409
    assert "First has no seats left for all of you, and no waitlist" in answer.text
    assert 'value="ada@example.org"' in answer.text


def test_a_party_may_sit_as_many_as_fit_and_the_others_wait(page_app, page_client):
    event = make_event(capacity=2)
    assert "give seats to as many of us as possible" not in page_client.get(path(event)).text
    assert "give seats to as many of us as possible" in page_client.get(f"{path(event)}?attendees=2").text
    data = filled(page_client, event, flexible="y")
    data |= {"attendees-1-name": "Ben", "attendees-2-name": "Cleo"}
    answer = page_client.post(path(event), data=data)
    db.session.rollback()
    rows = db.session.execute(select(Registration.state, Registration.size).order_by(Registration.id)).all()
    assert rows == [("confirmed", 2), ("waitlisted", 1)]
    page = page_client.get(answer.headers["Location"]).text
    assert 'data-state="waitlisted" data-position="1"' in page
