"""A party that can never fit is refused with the number; who waits when a limit is lowered is told."""

import pytest
from sqlalchemy import select

from registration.booking.admission.refusals import EventFull
from registration.booking.admission.services import register
from registration.booking.changes.move import move
from registration.booking.changes.party import add_people, change_choice
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Attendee
from registration.booking.queries.bookings import seat
from registration.booking.rules import Person
from registration.core.database import db
from registration.journal.services import ATTENDEE, SYSTEM
from registration.seating.explain import why_registration
from registration.seats.models import Registration
from registration.seats.too_large import TooLarge
from tests import factories
from tests.booking.arranging import fields_in
from tests.factories import application, make_event, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def refused(asked) -> str:
    with pytest.raises(TooLarge) as refusal:
        register(asked)
    return f"{refusal.value.field}: {refusal.value.sentence}"


def test_more_people_than_the_event_has_seats_are_refused_with_the_number():
    event = make_event(capacity=10)
    told = refused(application(event, "Ada", party=12))
    assert told == "None: This event has 10 seats; you asked for 12. Register at most 10 people."
    assert factories.register(event, "Ada", party=10).state == "confirmed"
    # Ten may wait: everybody else could leave.
    assert factories.register(event, "Ben", party=10).state == "waitlisted"
    assert_sound()


def test_so_are_more_than_a_category_or_a_firm_has():
    event = make_event(capacity=10, categories={"Press": 1, "Member": None})
    told = refused(application(event, "Ada", party=2, category="Press"))
    assert told == "category: Press has 1 seat; you asked for 2. Register at most 1 person there."
    set_firm(event.id, FirmTerms("Miers", cap=2), SYSTEM)
    told = refused(application(event, "Ada", party=3, category="Member", firm="Miers"))
    assert told == "firm: Miers has 2 seats; you asked for 3. Register at most 2 people there."
    assert_sound()


def test_those_who_come_as_many_as_fit_need_no_more_than_one_seat_each():
    event = make_event(capacity=2)
    assert register(application(event, "Ada", party=3, flexible=True)).is_waiting
    assert_sound()


def test_nobody_grows_changes_or_moves_into_what_can_never_fit():
    event = make_event(capacity=3, categories={"Press": 1, "Member": None})
    factories.register(event, "Cleo", category="Member", party=2)
    ada = factories.register(event, "Ada", category="Member", party=3)
    with pytest.raises(TooLarge):
        add_people(target(ada), [Person("Ben", category_id=event.categories["Member"])])
    attendees = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == ada.id)).all()
    db.session.rollback()
    change_choice(target(ada), attendees[0], event.categories["Press"], (), ATTENDEE)
    with pytest.raises(TooLarge):
        change_choice(target(ada), attendees[1], event.categories["Press"], (), ATTENDEE)
    small = make_event(capacity=2, title="Small")
    with pytest.raises(TooLarge):
        move(target(ada), small.id, {})
    assert state(ada) == "waitlisted"
    assert_sound()


def test_a_limit_that_is_lowered_under_a_party_is_told_to_it_and_to_the_organiser():
    event = make_event(capacity=6)
    factories.register(event, "Ben", party=2)
    ada = factories.register(event, "Ada", party=5)
    change_capacity(event.id, factories.pool(event).id, 4, SYSTEM)
    db.session.rollback()
    shown = seat(db.session(), ada.id, "en")
    assert not shown.can_ever_fit
    assert shown.obstacles[0].startswith("This event has 4 seats now. Your group needs 5 seats")
    assert shown.next_step == ""
    reasons = why_registration(db.session(), db.session.get_one(Registration, ada.id))
    assert any("can never fit as it is" in one.sentence for one in reasons)


def test_two_free_seats_are_not_all_seats_taken(page_client, page_app):
    event = make_event(capacity=3, has_waitlist=False)
    factories.register(event, "Ben")
    with pytest.raises(EventFull) as refusal:
        register(application(event, "Ada", party=3))
    assert refusal.value.sentence.startswith("2 seats are free; you asked for 3")


def test_who_waits_for_more_than_is_free_is_told_how_many_are():
    event = make_event(capacity=3)
    factories.register(event, "Ben")
    ada = factories.register(event, "Ada", party=3)
    db.session.rollback()
    assert seat(db.session(), ada.id, "en").obstacles == ("2 seats are free; you asked for 3.",)


def test_the_form_says_it_and_keeps_what_was_typed(page_client, page_app):
    event = make_event(capacity=1)
    page = page_client.get(f"/events/{event.slug}/register").text
    form = fields_in(page) | {
        "name": "Ada",
        "email": "ada@example.org",
        "attendees-0-name": "Ada",
        "attendees-1-name": "Ben",
        "attendees-1-email": "",
        "attendees-1-firm": "",
        "consent": "y",
    }
    answered = page_client.post(f"/events/{event.slug}/register", data=form)
    assert answered.status_code == 422
    assert "This event has 1 seat; you asked for 2. Register at most 1 person." in answered.text
    assert 'value="Ben"' in answered.text
