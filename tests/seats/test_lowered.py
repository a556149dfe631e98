"""A limit is lowered under a party that waits: it is told once, and the organiser sees it."""

import re

import pytest
from sqlalchemy import select

from registration.booking.changes.decide import merge
from registration.booking.changes.move import move
from registration.booking.changes.party import add_people, split
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.waitlist import FirmTerms, change_line, set_firm
from registration.booking.models import Booking
from registration.booking.rules import Person
from registration.core.database import db
from registration.events.models import Event
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from registration.seating.explain import why_event
from registration.seats.gate import Terms
from registration.seats.models import Registration
from registration.seats.queries import line_policy, preview
from registration.seats.rules import STRICT, LinePolicy
from registration.seats.too_large import TooLarge
from tests import factories
from tests.booking.arranging import sent, text_of
from tests.factories import make_event, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def lower(event, seats: int, category: str = "") -> None:
    change_capacity(event.id, factories.pool(event, category).id, seats, SYSTEM)
    db.session.rollback()


def told() -> list[str]:
    query = select(OutgoingMessage.to_name).where(OutgoingMessage.kind == "too_large")
    names = db.session.scalars(query.order_by(OutgoingMessage.id)).all()
    db.session.rollback()
    return list(names)


def why(event) -> str:
    reasons = why_event(db.session(), db.session.get_one(Event, event.id))
    db.session.rollback()
    return " ".join(one.sentence for one in reasons)


def registrations(name: str) -> list[Registration]:
    db.session.rollback()
    query = select(Registration).join(Booking, Booking.id == Registration.booking_id)
    return list(db.session.scalars(query.where(Booking.name == name)))


@pytest.mark.parametrize("policy", ["first_fit", STRICT])
def test_who_can_never_fit_any_more_is_told_once_and_nobody_else(policy):
    event = make_event(capacity=6, policy=policy)
    factories.register(event, "Ben", party=2)
    ada = factories.register(event, "Ada", party=5)
    factories.register(event, "Cleo", party=6)
    lower(event, 5)
    assert told() == ["Cleo"]
    lower(event, 4)
    lower(event, 3)
    assert told() == ["Cleo", "Ada"]
    assert state(ada) == "waitlisted"
    assert "2 groups on the waitlist can never fit as they are" in why(event)
    lower(event, 6)
    assert told() == ["Cleo", "Ada"]
    assert "can never fit" not in why(event)
    assert_sound()


def test_the_mail_has_the_numbers_and_says_that_the_place_stays():
    event = make_event(capacity=3)
    factories.register(event, "Ben")
    factories.register(event, "Ada", email="ada@example.org", party=3)
    lower(event, 2)
    text = text_of(sent()[-1][1])
    assert "This event has 2 seats now. Your group needs 3 seats" in text
    assert "You stay on the waitlist as number 1." in text


def test_where_it_was_raised_again_before_the_mail_went_nothing_is_told():
    event = make_event(capacity=3)
    factories.register(event, "Ben")
    factories.register(event, "Ada", party=3)
    lower(event, 2)
    lower(event, 3)
    subjects = [str(mail["Subject"]) for _address, mail in sent()]
    assert len(subjects) == 2
    assert not any(one.startswith("There are fewer seats") for one in subjects)
    assert_sound()


def test_a_category_and_a_firm_tell_it_too():
    event = make_event(capacity=2, categories={"Press": 2, "Member": None})
    factories.register(event, "Ben", party=2, category="Press", firm="Miers")
    factories.register(event, "Ada", party=2, category="Press", firm="Agfa")
    factories.register(event, "Cleo", party=2, category="Member", firm="Miers")
    lower(event, 1, "Press")
    assert told() == ["Ada"]
    set_firm(event.id, FirmTerms("Miers", cap=1), SYSTEM)
    assert told() == ["Ada", "Cleo"]
    # Ada cannot by her category already: she knows.
    change_line(event.id, LinePolicy(firm_cap=1), SYSTEM)
    assert told() == ["Ada", "Cleo"]
    assert_sound()


def test_a_cap_for_every_firm_tells_it():
    event = make_event(capacity=2)
    factories.register(event, "Ben", party=2, firm="Miers")
    factories.register(event, "Ada", party=2, firm="Agfa")
    change_line(event.id, LinePolicy(firm_cap=1), SYSTEM)
    assert told() == ["Ada"]
    assert_sound()


def test_before_an_event_has_seats_nobody_is_told_and_then_who_needs_more():
    event = make_event(capacity=4)
    factories.register(event, "Ben", party=4)
    factories.register(event, "Ada", party=4)
    lower(event, 0)
    assert told() == []
    lower(event, 3)
    assert told() == ["Ada"]


def test_the_parts_of_one_party_are_told_by_one_mail():
    event = make_event(capacity=2, categories={"Press": 2, "Member": None})
    factories.register(event, "Ben", party=2, category="Press")
    ada = factories.register(event, "Ada", party=2, category="Press")
    split(target(ada))
    lower(event, 0, "Press")
    assert told() == ["Ada"]
    sent()
    assert_sound()


@pytest.mark.parametrize("policy", ["first_fit", STRICT])
def test_the_preview_says_who_falls_and_whom_that_lets_pass(policy):
    event = make_event(capacity=5, policy=policy)
    factories.register(event, "Ben", party=3)
    ada = factories.register(event, "Ada", party=5)
    cleo = factories.register(event, "Cleo", party=5)
    pool_id = factories.pool(event).id
    assert preview(db.session(), event.id, pool_id, Terms(4)).too_large == [ada.id, cleo.id]
    assert preview(db.session(), event.id, pool_id, Terms(5)).too_large == []
    # The party that a higher limit lets fit again reserves from then on, in the preview too.
    db.session.rollback()
    lower(event, 4)
    seen = preview(db.session(), event.id, pool_id, Terms(8))
    assert (seen.promoted, seen.too_large) == ([ada.id], [])
    assert line_policy(db.session(), event.id).policy == policy


def test_the_organiser_sees_it_on_her_pages(page_app, page_client):
    event = make_event(capacity=3)
    factories.register(event, "Ben")
    factories.register(event, "Ada", party=3)
    pool_id = factories.pool(event).id
    factories.sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    base = f"/organiser/events/{event.slug}"
    page = page_client.get(f"{base}/capacity?pool={pool_id}&wanted=2&overbooking=0&reserve=0").text
    assert "1 group on the waitlist can no longer fit, and is told so by email:" in page
    lower(event, 2)
    for address in (f"{base}/", f"{base}/waitlist"):
        told_there = page_client.get(address).text
        assert "1 group on the waitlist can never fit as it is" in told_there, address
    row = re.search(r'<tr data-state="waitlisted".*?</tr>', page_client.get(f"{base}/waitlist").text, re.S)
    assert row
    assert "needs 3, but there are only 2 in the event: it can never fit as it is" in row[0]


def test_one_more_person_is_refused_whoever_sits_or_waits():
    event = make_event(capacity=2, policy=STRICT)
    ben = factories.register(event, "Ben", party=2)
    ada = factories.register(event, "Ada", party=2)
    with pytest.raises(TooLarge):
        add_people(target(ada), [Person("Cleo")])
    with pytest.raises(TooLarge):
        add_people(target(ben), [Person("Cleo"), Person("Dora"), Person("Edda")])
    assert (state(ben), state(ada)) == ("confirmed", "waitlisted")
    assert_sound()


def test_moving_into_what_is_too_small_is_refused_and_keeps_what_there_is():
    event, small = make_event(capacity=4), make_event(capacity=3, title="Small", policy=STRICT)
    ada = factories.register(event, "Ada", party=4)
    with pytest.raises(TooLarge):
        move(target(ada), small.id, {})
    assert state(ada) == "confirmed"
    assert_sound()


def test_a_party_that_fell_may_split_and_its_people_come_in_turn():
    event = make_event(capacity=3, policy=STRICT)
    ben = factories.register(event, "Ben", party=2)
    ada = factories.register(event, "Ada", party=3)
    lower(event, 2)
    split(target(ada))
    factories.cancel_registration(ben)
    states = sorted(one.state for one in registrations("Ada"))
    assert states == ["confirmed", "confirmed", "waitlisted"]
    assert_sound()


def test_merging_lets_no_larger_party_come_of_two():
    event = make_event(capacity=2)
    factories.register(event, "Ben", party=2)
    ada, cleo = factories.register(event, "Ada", party=2), factories.register(event, "Cleo", party=2)
    merge(target(ada), target(cleo), SYSTEM)
    assert (state(ada), state(cleo)) == ("waitlisted", "cancelled")
    assert [one.size for one in registrations("Ada")] == [2]
    assert_sound()
