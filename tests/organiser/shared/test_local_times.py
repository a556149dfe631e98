"""Times of events where the clocks change: refused with a sentence, or chosen on purpose."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from registration.core.database import db
from registration.events.models import Event
from registration.organiser.shared.local_times import comes_twice, is_skipped
from tests.factories import token_in
from tests.ical.checker import check_calendar

NEW = "/organiser/organisers/ditta/events/new"
TWICE = {"starts_at": "2030-10-27T02:30", "ends_at": "2030-10-27T05:00"}
GALA = {
    "title": "Gala",
    "venue": "Autoworld",
    "starts_at": "2030-03-14T19:00",
    "ends_at": "2030-03-14T23:00",
    "time_zone": "Europe/Brussels",
    "locale": "en",
    "status": "published",
    "capacity": "120",
    "policy": "first_fit",
}


def create(owner, **changes):
    token = token_in(owner.get(NEW).text)
    return owner.post(NEW, data=GALA | changes | {"csrf_token": token})


def made() -> Event | None:
    db.session.rollback()
    return db.session.scalar(select(Event))


def test_an_hour_that_is_skipped_is_refused_at_its_field(owner):
    answer = create(owner, starts_at="2030-03-31T02:30", ends_at="2030-03-31T05:00")
    assert answer.status_code == 422
    assert "does not exist" in answer.text
    assert 'id="starts_at-error"' in answer.text
    assert made() is None


def test_an_hour_that_comes_twice_asks_which_is_meant(owner):
    answer = create(owner, **TWICE)
    assert answer.status_code == 422
    assert "comes twice" in answer.text
    assert 'id="starts_at-error"' in answer.text
    assert 'name="starts_which"' in answer.text
    assert 'name="ends_which"' not in answer.text
    assert 'value="Autoworld"' in answer.text
    assert made() is None


@pytest.mark.parametrize(
    ("which", "moment"), [("first", "2030-10-27T00:30:00+00:00"), ("second", "2030-10-27T01:30:00+00:00")]
)
def test_either_of_the_two_can_be_chosen_and_stays_chosen(owner, which, moment):
    assert create(owner, **TWICE, starts_which=which).status_code == 303
    event = made()
    assert event.starts_at.isoformat() == moment
    page = owner.get(f"/organiser/events/{event.slug}/edit").text
    assert f'value="{which}" checked' in page
    raw = owner.get(f"/events/{event.slug}/event.ics").data
    assert check_calendar(raw) == []
    assert f"DTSTART:{moment[:19].replace('-', '').replace(':', '')}Z".encode() in raw


def test_an_answer_that_is_none_is_asked_for_again(owner):
    assert create(owner, **TWICE, starts_which="third").status_code == 422
    assert made() is None


def test_nobody_is_asked_about_an_ordinary_hour(owner):
    assert "starts_which" not in owner.get(NEW).text
    assert create(owner).status_code == 303
    assert "starts_which" not in owner.get(f"/organiser/events/{made().slug}/edit").text


def test_an_event_from_the_first_to_the_second_lasts_an_hour(owner):
    answer = create(
        owner,
        starts_at="2030-10-27T02:30",
        ends_at="2030-10-27T02:30",
        starts_which="first",
        ends_which="second",
    )
    assert answer.status_code == 303
    event = made()
    assert event.ends_at - event.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "skipped", "twice"),
    [
        ("Europe/Brussels", "2030-03-31T02:30", "2030-10-27T02:30"),
        ("America/New_York", "2030-03-10T02:30", "2030-11-03T01:30"),
        ("Australia/Lord_Howe", "2030-10-06T02:15", "2030-04-07T01:45"),
    ],
)
def test_every_zone_has_its_own_hours(zone, skipped, twice):
    place, noon = ZoneInfo(zone), datetime.fromisoformat("2030-06-01T12:00")
    skipped, twice = datetime.fromisoformat(skipped), datetime.fromisoformat(twice)
    assert is_skipped(skipped, place)
    assert not comes_twice(skipped, place)
    assert comes_twice(twice, place)
    assert not is_skipped(twice, place)
    assert not comes_twice(noon, place)
