"""What somebody comes to can be changed on her page; she keeps what she has until the other is certain."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.models import Answer, Attendee
from registration.core import clock, read_cache
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event
from registration.events.services import QuestionFacts
from registration.journal.services import SYSTEM
from tests import factories
from tests.booking.arranging import booked, fields_in, key_of, troubles
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, place_in_line, register, state

BADGE = QuestionFacts("Name on the badge", "text", is_required=True)
NEED = QuestionFacts("Do you need anything?", "long", is_sensitive=True)


def attendees(registration) -> list[Attendee]:
    db.session.rollback()
    db.session.expire_all()
    query = select(Attendee).where(Attendee.registration_id == registration.id, Attendee.removed_at.is_(None))
    return list(db.session.scalars(query.order_by(Attendee.rank)))


def path(registration, act) -> str:
    return f"registrations/{registration.id}/{act}"


def choice_path(registration) -> str:
    return path(registration, f"attendees/{attendees(registration)[0].id}/choice")


def add_workshops(event) -> tuple[int, int]:
    """Add two sessions at the same time and return their ids."""
    starts_at = clock.now().replace(microsecond=0) + timedelta(days=10)
    ends_at = starts_at + timedelta(hours=1)
    first = add_session(event.id, SessionFacts("Coding", starts_at, ends_at, seats=1), SYSTEM)
    return first, add_session(event.id, SessionFacts("Billing", starts_at, ends_at), SYSTEM)


def test_an_attendee_changes_her_category(page_app, page_client):
    event = make_event(capacity=5, categories={"Member": 1, "Guest": None})
    page, ada = booked(event, "Ada", category="Member")
    form = page_client.get(f"{page}{choice_path(ada)}").text
    data = fields_in(form)
    assert data["category"] == str(event.categories["Member"])
    data["category"] = str(event.categories["Guest"])
    assert page_client.post(f"{page}{choice_path(ada)}", data=data).status_code == 303
    assert attendees(ada)[0].category_id == event.categories["Guest"]
    assert troubles() == []


def test_a_category_that_is_full_leaves_her_what_she_has(page_app, page_client):
    event = make_event(capacity=5, categories={"Member": 1, "Guest": None})
    register(event, "Ben", category="Member")
    page, ada = booked(event, "Ada", category="Guest")
    data = {"key": key_of(page_client, page), "category": str(event.categories["Member"])}
    answer = page_client.post(f"{page}{choice_path(ada)}", data=data)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text
    assert (state(ada), attendees(ada)[0].category_id) == ("confirmed", event.categories["Guest"])


def test_sessions_are_picked_and_two_at_the_same_time_are_refused(page_app, page_client):
    event = make_event(capacity=5)
    first, second = add_workshops(event)
    page, ada = booked(event, "Ada")
    address = f"{page}{choice_path(ada)}"
    key = key_of(page_client, page)
    both = page_client.post(address, data={"key": key, "sessions": [str(first), str(second)]})
    assert both.status_code == 422
    assert "sessions overlap" in both.text
    assert page_client.post(address, data={"key": key, "sessions": [str(first)]}).status_code == 303
    assert fields_in(page_client.get(address).text)["sessions"] == str(first)
    assert factories.state(ada) == "confirmed"
    assert troubles() == []


@pytest.mark.parametrize(("field", "value"), [("category", "999"), ("category", "x"), ("sessions", "999")])
def test_what_is_not_offered_is_refused(page_app, page_client, field, value):
    event = make_event(capacity=5, categories={"Member": None, "Guest": None})
    add_workshops(event)
    page, ada = booked(event, "Ada", category="Member")
    data = {"key": key_of(page_client, page), "category": str(event.categories["Member"])} | {field: value}
    answer = page_client.post(f"{page}{choice_path(ada)}", data=data)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


def test_one_more_person_gets_a_seat_beside_the_party(page_app, page_client):
    event = make_event(capacity=2, questions=(BADGE, NEED))
    page, ada = booked(event, "Ada", answers=((event.questions[0], "Ada"),), firm="Agfa")
    address = f"{page}{path(ada, 'attendees/add')}"
    data = fields_in(page_client.get(address).text)
    assert data["firm"] == "Agfa"
    assert page_client.post(address, data=data).status_code == 422
    data |= {"name": "Ben", f"question-{event.questions[0]}": "B.", f"question-{event.questions[1]}": "Ramp"}
    assert page_client.post(address, data=data).status_code == 422
    assert page_client.post(address, data=data | {"consent_sensitive": "y"}).status_code == 303
    shown = page_client.get(page).text
    assert shown.count('data-state="confirmed"') == 2
    db.session.rollback()
    assert "B." in db.session.scalars(select(Answer.value)).all()
    assert troubles() == []


def test_one_more_of_a_party_that_waits_waits_with_it(page_app, page_client):
    event = make_event(capacity=2)
    register(event, "Ada", party=2)
    page, ben = booked(event, "Ben")
    address = f"{page}{path(ben, 'attendees/add')}"
    data = fields_in(page_client.get(address).text) | {"name": "Cleo"}
    assert page_client.post(address, data=data).status_code == 303
    assert [one.name for one in attendees(ben)] == ["Ben", "Cleo"]
    assert place_in_line(ben) == 1
    assert troubles() == []


def test_a_booking_cannot_grow_beyond_what_a_form_may_register(page_app, page_client):
    page_app.config["MAX_PARTY"] = 1
    page, ada = booked(make_event(capacity=5), "Ada")
    address = f"{page}{path(ada, 'attendees/add')}"
    data = fields_in(page_client.get(address).text) | {"name": "Ben"}
    answer = page_client.post(address, data=data)
    assert answer.status_code == 409
    assert "up to 1 people" in answer.text
    assert len(attendees(ada)) == 1


def two_events(first=5, second=5, **values):
    """Make a programme of two events."""
    here, there = (
        make_event(title="Workshop", capacity=first),
        make_event(title="Seminar", capacity=second, **values),
    )
    make_programme(here, there)
    return here, there


def test_moving_gives_the_old_seat_back_at_once_where_there_is_room(page_app, page_client):
    here, there = two_events(first=1)
    page, ada = booked(here, "Ada")
    waiting = register(here, "Ben")
    assert "Switch to Seminar" in page_client.get(page).text
    address = f"{page}{path(ada, f'move/{there.slug}')}"
    assert "It has free seats." in page_client.get(address).text
    assert page_client.post(address, data={"key": key_of(page_client, page)}).status_code == 303
    assert (state(ada), state(waiting)) == ("cancelled", "confirmed")
    assert 'data-state="confirmed"' in page_client.get(page).text
    assert troubles() == []


def test_who_must_wait_there_keeps_the_old_seat_until_then(page_app, page_client):
    here, there = two_events(second=1)
    first = register(there, "Ben")
    page, ada = booked(here, "Ada")
    address = f"{page}{path(ada, f'move/{there.slug}')}"
    assert "You keep your current seats" in page_client.get(address).text
    page_client.post(address, data={"key": key_of(page_client, page)})
    shown = page_client.get(page).text
    assert state(ada) == "confirmed"
    assert "You keep your registration for Workshop until you get a seat here." in shown
    factories.cancel_registration(first)
    assert "Your seat is confirmed" in page_client.get(page).text
    assert troubles() == []


def test_moving_asks_for_the_category_of_the_other_event(page_app, page_client):
    here, there = two_events(categories={"Member": None, "Guest": None})
    page, ada = booked(here, "Ada")
    address = f"{page}{path(ada, f'move/{there.slug}')}"
    key = key_of(page_client, page)
    assert page_client.post(address, data={"key": key}).status_code == 422
    field = f"category-{attendees(ada)[0].id}"
    chosen = {field: str(there.categories["Guest"])}
    assert page_client.post(address, data={"key": key} | chosen).status_code == 303
    assert troubles() == []


def test_nobody_moves_to_an_event_outside_the_programme_or_without_the_other(page_app, page_client):
    here, dinner = make_event(title="Workshop"), make_event(title="Dinner")
    meeting, elsewhere = make_event(title="Meeting"), make_event(title="Elsewhere")
    make_programme(here, dinner, meeting, requires={dinner.id: meeting.id})
    page, ada = booked(here, "Ada")
    shown = page_client.get(page).text
    assert "Switch to Meeting" in shown
    assert "Switch to Dinner" not in shown
    for event in (dinner, elsewhere):
        answer = page_client.post(
            f"{page}{path(ada, f'move/{event.slug}')}", data={"key": key_of(page_client, page)}
        )
        assert answer.status_code == 404
    assert state(ada) == "confirmed"


def test_nobody_moves_from_the_meeting_to_what_is_only_to_be_had_with_it(page_app, page_client):
    meeting, dinner = make_event(title="Meeting"), make_event(title="Dinner")
    make_programme(meeting, dinner, requires={dinner.id: meeting.id})
    page, ada = booked(meeting, "Ada")
    assert "Switch to Dinner" not in page_client.get(page).text
    answer = page_client.post(
        f"{page}{path(ada, f'move/{dinner.slug}')}", data={"key": key_of(page_client, page)}
    )
    assert answer.status_code == 404
    assert state(ada) == "confirmed"


def test_strangers_forged_keys_and_scanners_change_nothing(page_app, page_client):
    here, there = two_events()
    page, ada = booked(here, "Ada")
    other, _ben = booked(here, "Ben")
    ways = (choice_path(ada), path(ada, "attendees/add"), path(ada, f"move/{there.slug}"))
    for way in ways:
        data = {"name": "Eve", "key": "forged"}
        assert page_client.get(f"{page}{way}").status_code == 200
        assert page_client.post(f"{page}{way}", data=data).status_code == 400
        assert page_client.get(f"{other}{way}").status_code == 404
        data["key"] = key_of(page_client, other)
        assert page_client.post(f"{other}{way}", data=data).status_code == 404
    assert state(ada) == "confirmed"
    assert len(attendees(ada)) == 1


def change(model, row_id, **values) -> None:
    write_tx(lambda session: session.execute(update(model).where(model.id == row_id).values(**values)))


def test_a_category_with_a_code_is_offered_only_to_who_is_of_it(page_app, page_client):
    event = make_event(capacity=5, categories={"Guest": None, "Board": None})
    page, ada = booked(event, "Ada", category="Guest")
    _other, ben = booked(event, "Ben", category="Board")
    change(Category, event.categories["Board"], access_code="secret")
    change(Event, event.id, revision=Event.revision + 1)
    read_cache.forget()
    assert "Board" not in page_client.get(f"{page}{choice_path(ada)}").text
    data = {"key": key_of(page_client, page), "category": str(event.categories["Board"])}
    assert page_client.post(f"{page}{choice_path(ada)}", data=data).status_code == 422
    assert "Board" in page_client.get(f"{_other}{choice_path(ben)}").text
    assert attendees(ada)[0].category_id == event.categories["Guest"]


@pytest.mark.parametrize(
    "way", [{"access_code": "secret"}, {"by_invitation": True}, {"visibility": "unlisted"}]
)
def test_nobody_moves_past_a_code_or_an_invitation(page_app, page_client, way):
    here, there = two_events()
    change(Event, there.id, **way)
    page, ada = booked(here, "Ada")
    assert "Switch to Seminar" not in page_client.get(page).text
    data = {"key": key_of(page_client, page)}
    answer = page_client.post(f"{page}{path(ada, f'move/{there.slug}')}", data=data)
    assert answer.status_code == 404
    assert state(ada) == "confirmed"


def test_at_an_event_by_invitation_nobody_adds_people_or_hands_seats_on(page_app, page_client):
    event = make_event(capacity=5)
    page, ada = booked(event, "Ada")
    change(Event, event.id, by_invitation=True, revision=Event.revision + 1)
    read_cache.forget()
    shown = page_client.get(page).text
    assert "Add a person" not in shown
    assert "Transfer the seat" not in shown
    key = key_of(page_client, page)
    who = {"key": key, "name": "Eve", "email": "eve@example.org"}
    for way in (path(ada, "attendees/add"), path(ada, f"attendees/{attendees(ada)[0].id}/hand-over")):
        answer = page_client.post(f"{page}{way}", data=who)
        assert answer.status_code == 409
        assert "Ask the organiser" in answer.text
    assert len(attendees(ada)) == 1


@pytest.mark.parametrize(
    ("categories", "has_sessions", "told"),
    [
        ({"Member": None}, False, "Change the category of Ada"),
        ({}, True, "Change the sessions of Ada"),
        ({"Member": None}, True, "Change category or sessions of Ada"),
    ],
)
def test_the_page_names_what_there_is_to_choose(page_app, page_client, categories, has_sessions, told):
    event = make_event(categories=categories)
    if has_sessions:
        starts_at = db.session.get_one(Event, event.id).starts_at
        add_session(event.id, SessionFacts("Codes", starts_at, starts_at + timedelta(hours=1)), SYSTEM)
    page, _ada = booked(event, "Ada", category="Member" if categories else None)
    assert f">{told}<" in page_client.get(page).text
