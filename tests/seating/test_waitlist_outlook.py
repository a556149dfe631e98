"""Who waits is told how many seats came free in earlier events, and nothing where nobody knows."""

from datetime import UTC, datetime, timedelta

from registration.booking.changes.cancel import cancel_attendee
from registration.core import clock
from registration.core.database import db
from registration.journal.services import ATTENDEE
from registration.seating.waitlist_outlook import Prospect, prospect
from tests.booking.arranging import booked
from tests.booking.changes.test_editing import attendees
from tests.factories import cancel_registration, make_event, register, target

LATER = timedelta(days=60)


def held(*, gives_up: int, waits: bool = True, organiser: str = "ditta"):
    """Make an event where *gives_up* seats of four come free after the waitlist began."""
    event = make_event(capacity=4, organiser=organiser)
    seated = [register(event, f"Person {number}") for number in range(4)]
    if waits:
        register(event, "Waiting")
    for one in seated[:gives_up]:
        cancel_registration(one)
    return event


def hope(**values) -> Prospect | None:
    """Return what is told of an event once the others are over."""
    event = make_event(starts_in=LATER, **values)
    with clock.running(afterwards):
        return prospect(db.session(), event.id)


def afterwards() -> datetime:
    return datetime.now(UTC) + LATER / 2


def test_without_earlier_events_nothing_is_said(app):
    assert hope() is None


def test_an_earlier_event_without_a_waitlist_tells_nothing(app):
    held(gives_up=2, waits=False)
    assert hope() is None


def test_the_middle_of_what_came_free_is_told(app):
    for gives_up in (1, 2, 4):
        held(gives_up=gives_up)
    assert hope() == Prospect(seats=2, events=3)


def test_what_came_free_before_anybody_waited_does_not_count(app):
    event = make_event(capacity=1)
    cancel_registration(register(event, "Early"))
    register(event, "Ada")
    register(event, "Ben")
    assert hope() == Prospect(seats=0, events=1)


def test_seats_that_parties_gave_back_one_by_one_count(app):
    event = make_event(capacity=3)
    party = register(event, "Ada", party=3)
    waiting = register(event, "Ben", party=2)
    cancel_attendee(target(party), attendees(party)[1].id, ATTENDEE)
    cancel_attendee(target(waiting), attendees(waiting)[1].id, ATTENDEE)
    assert hope() == Prospect(seats=1, events=1)


def test_another_organisers_events_and_later_ones_tell_nothing(app):
    held(gives_up=2, organiser="cocir")
    make_event(starts_in=LATER * 2)
    assert hope() is None


def test_the_page_of_who_waits_says_it(page_app, page_client):
    held(gives_up=2)
    event = make_event(capacity=1, starts_in=LATER)
    register(event, "Ada")
    page, _ben = booked(event, "Ben")
    with clock.running(afterwards):
        shown = page_client.get(page).text
    assert "1 of 1 on the waitlist." in shown
    assert "At similar events, about 2 seats usually become free." in shown
    assert "Based on 1 earlier event" in shown
