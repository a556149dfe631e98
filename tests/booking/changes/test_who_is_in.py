"""Who came in keeps her seat: every way in which a seat ends refuses, and a check-in is never erased."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.changes.attendance import check_in
from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.changes.decide import merge
from registration.booking.changes.handover import NotToHandOn, Successor, Taking, hand_over, take_over
from registration.booking.changes.move import move
from registration.booking.changes.target import NotNow
from registration.booking.event_settings.closing import cancel_event
from registration.booking.models import Attendee
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.doctor.examine import examine
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, SYSTEM, Actor
from registration.reconfirm.chores import free_silent_seats
from registration.reconfirm.services import answer, ask_some, plan
from registration.seats import engine
from registration.seats.attendance import HolderIsIn
from registration.seats.models import Registration
from tests import factories
from tests.factories import make_account, make_event, register, sign_in, state, target, token_in
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")
ORGANISER, COORDINATOR = Actor("organiser"), Actor("coordinator")
BEN = Successor("Ben", "ben@example.org", "", "en")


def attendees_of(registration) -> list[int]:
    return [one.id for one in factories.attendees(registration)]


def let_in(registration, rank: int = 0) -> int:
    attendee_id = attendees_of(registration)[rank]
    check_in(registration.event_id, attendee_id, is_in=True, actor=ORGANISER)
    return attendee_id


def _given_back(ada, actor: Actor) -> None:
    cancel_attendee(target(ada), attendees_of(ada)[0], actor)


def _handed(ada) -> None:
    hand_over(target(ada), attendees_of(ada)[0], BEN, ATTENDEE)


def _moved(ada) -> None:
    move(target(ada), make_event(title="Another").id, {})


WAYS: dict[str, Callable[[Registration], object]] = {
    "cancelled by the attendee": lambda ada: cancel(target(ada), ATTENDEE),
    "cancelled by the organiser": lambda ada: cancel(target(ada), ORGANISER),
    "cancelled by silence": lambda ada: cancel(target(ada), SYSTEM),
    "given back for one": lambda ada: cancel_attendee(target(ada), attendees_of(ada)[0], ATTENDEE),
    "taken from one by the organiser": lambda ada: cancel_attendee(
        target(ada), attendees_of(ada)[0], ORGANISER
    ),
    "given back by the coordinator": lambda ada: cancel_attendee(
        target(ada), attendees_of(ada)[0], COORDINATOR
    ),
    "handed on": _handed,
    "moved to another event": _moved,
    "answered with no": lambda ada: answer(ada.id, "no"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("party", [1, 2])
def test_no_way_ends_the_seat_of_who_is_in(way, party):
    event = make_event(capacity=party)
    ada = register(event, "Ada", party=party)
    ben = register(event, "Ben")
    inside = let_in(ada)
    with pytest.raises(HolderIsIn) as refused:
        WAYS[way](ada)
    assert ("Undo the check-in" in refused.value.sentence) == ("organiser" in way)
    assert (state(ada), state(ben)) == ("confirmed", "waitlisted")
    assert db.session.get_one(Attendee, inside).checked_in_at is not None
    assert factories.pool(event).taken == party
    assert_sound()
    check_in(event.id, inside, is_in=False, actor=ORGANISER)
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "confirmed"
    assert_sound()


def test_who_is_not_in_may_leave_a_party_of_which_others_are():
    event = make_event(capacity=2)
    ada = register(event, "Ada", party=2)
    ben = register(event, "Ben")
    let_in(ada)
    cancel_attendee(target(ada), attendees_of(ada)[1], ATTENDEE)
    assert state(ben) == "confirmed"
    assert_sound()


def test_the_one_of_two_who_is_in_is_not_merged_away():
    event = make_event(capacity=2)
    ada, twice = register(event, "Ada"), register(event, "Ada B.")
    let_in(ada)
    with pytest.raises(HolderIsIn):
        merge(target(twice), target(ada), ORGANISER)
    merge(target(ada), target(twice), ORGANISER)
    assert (state(ada), state(twice)) == ("confirmed", "cancelled")
    assert_sound()


def test_a_seat_that_was_promised_is_not_taken_over_from_who_is_in():
    ada = register(make_event(), "Ada")
    _handed(ada)
    let_in(ada)
    db.session.rollback()
    number = db.session.scalar(
        select(JournalEntry.facts["handover"].as_integer()).where(JournalEntry.action == "handover")
    )
    db.session.rollback()
    with pytest.raises(NotToHandOn):
        take_over(number, ada.event_id, Taking("Ben", "", "en", (), ()))
    assert_sound()


def test_who_came_in_while_she_waited_to_move_keeps_both():
    event, other = make_event(), make_event(capacity=1, title="Another")
    first = register(other, "Ben")
    ada = register(event, "Ada", email="ada@example.org")
    move(target(ada), other.id, {})
    let_in(ada)
    cancel(target(first), ATTENDEE)
    sweep()
    assert state(ada) == "confirmed"
    db.session.rollback()
    states = db.session.scalars(
        select(Registration.state).where(Registration.booking_id == ada.booking_id)
    ).all()
    assert states == ["confirmed", "confirmed"]
    assert_sound()


def test_silence_takes_nothing_from_who_came_in(monkeypatch):
    event = make_event(capacity=1)
    ada = register(event, "Ada")
    plan(event.id, 5, 2, frees_seat=True, actor=SYSTEM)
    now = clock.now()
    with clock.running(lambda: now + timedelta(days=6)):
        ask_some(event.id)
        let_in(ada)
    with clock.running(lambda: now + timedelta(days=9)):
        assert free_silent_seats() == 0
    assert state(ada) == "confirmed"


def test_a_cancelled_event_erases_no_check_in():
    event = make_event()
    ada = register(event, "Ada")
    inside = let_in(ada)
    cancel_event(event.id, ORGANISER)
    db.session.rollback()
    assert db.session.get_one(Attendee, inside).checked_in_at is not None
    with pytest.raises(NotNow):
        check_in(event.id, inside, is_in=True, actor=ORGANISER)
    assert_sound()


def test_the_first_time_she_came_in_stays():
    ada = register(make_event(), "Ada")
    inside = let_in(ada)
    at = db.session.get_one(Attendee, inside).checked_in_at
    db.session.rollback()
    with clock.running(lambda: at + timedelta(minutes=5)):
        let_in(ada)
    db.session.rollback()
    assert db.session.get_one(Attendee, inside).checked_in_at == at


def test_without_the_guard_the_doctor_says_so(monkeypatch):
    ada = register(make_event(), "Ada")
    let_in(ada)
    monkeypatch.setattr(engine, "check_empty", lambda *_args: None)
    cancel(target(ada), ATTENDEE)
    found = [one.code for one in examine(db.engine) if not one.holds]
    assert found == ["I19"]


def test_the_page_of_a_registration_undoes_a_check_in(page_client, page_app):
    event = make_event()
    ada = register(event, "Ada")
    inside = let_in(ada)
    sign_in(page_client, "owner@example.org", make_account("owner@example.org", "owner"))
    address = f"/organiser/events/{event.slug}/registrations/{ada.id}"
    page = page_client.get(address).text
    assert "Undo the check-in first." in page
    assert "Yes, cancel it" not in page
    data = {"csrf_token": token_in(page), "undo": "1", "registration": ada.id}
    answered = page_client.post(f"/organiser/events/{event.slug}/checkin/{inside}", data=data)
    assert (answered.status_code, answered.location) == (303, address)
    assert "Yes, cancel it" in page_client.get(address).text
