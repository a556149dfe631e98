"""The organiser links events to a programme: their order, and which can only be had with which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registration.booking.admission.prerequisites import NotWithoutTheOther
from registration.core.database import db
from registration.events.models import Programme, ProgrammeEvent
from registration.events.rules import circle
from registration.seats.models import Registration
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, register, state, token_in

NEW = "/organiser/organisers/ditta/programmes/new"


@pytest.fixture
def events(page_app):
    return [make_event(title=title) for title in ("Workshop", "Meeting", "Dinner")]


def form(client, address, *rows, **words):
    """Return the form with *rows* of (event, place, what it asks for)."""
    data = {"csrf_token": token_in(client.get(address).text), "title": "Autumn days", "locale": "en"} | words
    for number, (event, place, other) in enumerate(rows):
        data |= {
            f"events-{number}-event_id": str(event.id),
            f"events-{number}-is_in": "y",
            f"events-{number}-rank": str(place),
            f"events-{number}-requires": str(other.id) if other else "",
        }
    return data


def links() -> list[tuple[int, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(ProgrammeEvent).order_by(ProgrammeEvent.rank)).all()
    return [(row.event_id, row.requires_event_id) for row in rows]


def test_a_programme_is_made_of_events_in_their_order(owner, events):
    workshop, meeting, dinner = events
    data = form(owner, NEW, (workshop, 2, None), (meeting, 1, None), (dinner, 3, meeting))
    answer = owner.post(NEW, data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/organiser/programmes/autumn-days/edit"
    assert links() == [(meeting.id, None), (workshop.id, None), (dinner.id, meeting.id)]
    page = owner.get("/programmes/autumn-days/register").text
    assert page.index("Meeting") < page.index("Workshop")
    assert "You also need to register for “Meeting”." in page


def test_a_programme_is_changed(owner, events):
    workshop, meeting, _dinner = events
    slug = make_programme(workshop, meeting)
    address = f"/organiser/programmes/{slug}/edit"
    shown = owner.get(address).text
    assert shown.count("checked") == 2
    answer = owner.post(address, data=form(owner, address, (meeting, 1, None), title="Winter days"))
    assert answer.status_code == 303
    assert links() == [(meeting.id, None)]
    assert "Winter days" in owner.get(f"/programmes/{slug}/").text
    assert slug in owner.get("/organiser/").text


@pytest.mark.parametrize("length", [2, 3])
def test_a_circle_is_refused_with_a_sentence(owner, events, length):
    ring = events[:length]
    rows = [(event, 1, ring[(number + 1) % length]) for number, event in enumerate(ring)]
    answer = owner.post(NEW, data=form(owner, NEW, *rows))
    assert answer.status_code == 422
    assert "in a circle" in answer.text
    assert links() == []
    assert db.session.scalars(select(Programme.id)).all() == []


def test_an_event_outside_cannot_be_asked_for(owner, events):
    _workshop, meeting, dinner = events
    answer = owner.post(NEW, data=form(owner, NEW, (dinner, 1, meeting)))
    assert answer.status_code == 422
    assert "Add that one too" in answer.text


def test_an_event_asks_for_one_other_in_all_programmes(owner, events):
    workshop, meeting, dinner = events
    make_programme(meeting, dinner, requires={dinner.id: meeting.id})
    answer = owner.post(NEW, data=form(owner, NEW, (dinner, 1, workshop), (workshop, 2, None)))
    assert answer.status_code == 422
    assert "ask for one only" in answer.text


def test_the_event_of_another_organiser_cannot_be_linked(owner, events):
    theirs = make_event(title="Theirs", organiser="cocir")
    owner.post(NEW, data=form(owner, NEW, (theirs, 1, None), (events[0], 2, None)))
    assert links() == [(events[0].id, None)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"title": ""}, "Enter a title."),
        ({"events-0-rank": "first"}, "whole number"),
        ({"title": "x" * 201}, "200"),
    ],
)
def test_bad_input_gets_a_sentence(owner, events, words, sentence):
    answer = owner.post(NEW, data=form(owner, NEW, (events[0], 1, None)) | words)
    assert answer.status_code == 422
    assert sentence in answer.text


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 6)))
def test_a_circle_is_found_wherever_it_lies(requires):
    def leads_back(start: int) -> bool:
        at, seen = start, set()
        while at in requires and at not in seen:
            seen.add(at)
            at = requires[at]
        return at == start and bool(seen)

    assert circle(requires) == any(leads_back(start) for start in requires)


def test_cancelling_the_meeting_tells_of_the_dinner_and_drops_nothing(owner, events):
    _workshop, meeting, dinner = events
    make_programme(meeting, dinner, requires={dinner.id: meeting.id})
    seat = register(meeting, "Ada", email="ada@example.org")
    # The form tells nobody that this address has the meeting; it has the dinner as well now.
    with pytest.raises(NotWithoutTheOther):
        register(dinner, "Ada", email="ada@example.org")
    plate = db.session.scalars(select(Registration).where(Registration.event_id == dinner.id)).one()
    address = f"/organiser/events/{meeting.slug}/registrations/{seat.id}"
    page = owner.get(address).text
    assert "can only be had with this event" in page
    assert f"/organiser/events/{dinner.slug}/registrations/{plate.id}" in page
    owner.post(f"{address}/cancel", data={"csrf_token": token_in(page), "tells": "y"})
    assert state(plate) == "confirmed"
    assert "can only be had with this event" not in owner.get(address).text
