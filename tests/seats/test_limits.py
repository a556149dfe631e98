"""Limits beside the event's own: sessions, firms with a cap, seats kept for a firm."""

from datetime import timedelta

import pytest

from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.changes.party import NoRoom, change_choice
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.event_settings.waitlist import FirmTerms, change_line, release_allotment, set_firm
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.events.models import Event
from registration.journal.services import ATTENDEE
from registration.seats.models import Pool
from registration.seats.queries import firm_pools
from registration.seats.rules import LinePolicy
from tests import factories
from tests.factories import pool, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def session_of(event, name: str, seats: int | None, hours=(0, 1)) -> int:
    begins = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    start, end = (begins + timedelta(hours=hour) for hour in hours)
    return add_session(event.id, SessionFacts(name, start, end, seats=seats), ATTENDEE)


def attendee_of(registration) -> int:
    return factories.attendees(registration)[0].id


def taken(event, kind: str) -> int:
    db.session.rollback()
    return sum(one.taken for one in db.session.query(Pool).filter_by(event_id=event.id, kind=kind))


def test_a_full_session_lets_people_wait_though_the_event_has_room(make_event):
    event = make_event(capacity=5)
    breakout = session_of(event, "Codes", 1)
    first = factories.register(event, "Ada", sessions=(breakout,))
    second = factories.register(event, "Ben", sessions=(breakout,))
    other = factories.register(event, "Cleo")
    assert (state(first), state(second), state(other)) == ("confirmed", "waitlisted", "confirmed")
    cancel(target(first), ATTENDEE)
    assert state(second) == "confirmed"
    assert_sound()


def test_sessions_at_the_same_time_are_refused(make_event):
    event = make_event(capacity=5)
    one, other = session_of(event, "Codes", None), session_of(event, "Maps", 3)
    with pytest.raises(Refusal) as refused:
        factories.register(event, "Ada", sessions=(one, other))
    assert refused.value.field == "sessions"
    assert pool(event).taken == 0


def test_a_session_outside_its_event_is_refused(make_event):
    event = make_event()
    with pytest.raises(Refusal) as refused:
        session_of(event, "Too late", 3, hours=(2, 9))
    assert refused.value.field == "starts_at"


def test_changing_the_session_keeps_the_old_one_until_the_new_is_certain(make_event):
    event = make_event(capacity=5)
    one, other = session_of(event, "Codes", 1), session_of(event, "Maps", 1)
    ada = factories.register(event, "Ada", sessions=(one,))
    ben = factories.register(event, "Ben", sessions=(other,))
    with pytest.raises(NoRoom):
        change_choice(target(ada), attendee_of(ada), None, [other], ATTENDEE)
    assert taken(event, "session") == 2
    cancel(target(ben), ATTENDEE)
    waiting = factories.register(event, "Cleo", sessions=(one,))
    change_choice(target(ada), attendee_of(ada), None, [other], ATTENDEE)
    assert state(waiting) == "confirmed"
    assert_sound()


def test_changing_the_category_moves_the_seat(make_event):
    event = make_event(capacity=5, categories={"Member": 1, "Press": 1})
    member, press = event.categories["Member"], event.categories["Press"]
    ada = factories.register(event, "Ada", category="Member")
    ben = factories.register(event, "Ben", category="Member")
    change_choice(target(ada), attendee_of(ada), press, [], ATTENDEE)
    assert (state(ada), state(ben)) == ("confirmed", "confirmed")
    with pytest.raises(NoRoom):
        change_choice(target(ada), attendee_of(ada), member, [], ATTENDEE)
    assert_sound()


def test_at_most_so_many_of_one_firm(make_event):
    event = make_event(capacity=9, line={"firm_cap": 2, "limits_firms": True})
    first = factories.register(event, "Ada", firm="Müller & Co", party=2)
    third = factories.register(event, "Ben", firm="MULLER & CO")
    other = factories.register(event, "Cleo", firm="Acme")
    assert (state(first), state(third), state(other)) == ("confirmed", "waitlisted", "confirmed")
    cancel_attendee(target(first), attendee_of(first), ATTENDEE)
    assert state(third) == "confirmed"
    assert_sound()


def test_a_firm_is_known_by_the_domain_of_its_addresses(make_event):
    event = make_event(capacity=9, line={"firm_cap": 1, "firm_cap_by": "domain", "limits_firms": True})
    one = factories.register(event, "Ada", email="ada@acme.example")
    two = factories.register(event, "Ben", email="ben@ACME.example")
    alone = [factories.register(event, "Cleo", email=f"cleo{number}@gmail.com") for number in (1, 2)]
    assert (state(one), state(two)) == ("confirmed", "waitlisted")
    assert [state(each) for each in alone] == ["confirmed", "confirmed"]


def test_with_a_cap_everybody_names_a_firm(make_event):
    event = make_event(capacity=9, line={"firm_cap": 1, "limits_firms": True})
    with pytest.raises(Refusal) as refused:
        factories.register(event, "Ada")
    assert refused.value.field == "firm"


def test_seats_kept_for_a_firm_are_for_its_people_alone(make_event):
    event = make_event(capacity=3)
    set_firm(event.id, FirmTerms("Acme", allotted=2), ATTENDEE)
    first, second = factories.register(event, "Ada"), factories.register(event, "Ben")
    assert (state(first), state(second)) == ("confirmed", "waitlisted")
    ours = factories.register(event, "Cleo", firm="ACME", party=2)
    assert state(ours) == "confirmed"
    assert_sound()
    cancel(target(ours), ATTENDEE)
    assert state(second) == "waitlisted"
    assert_sound()


def test_on_the_date_agreed_the_rest_is_for_all(make_event):
    event = make_event(capacity=3)
    date = clock.now() + timedelta(days=1)
    set_firm(event.id, FirmTerms("Acme", allotted=2, release_at=date), ATTENDEE)
    factories.register(event, "Ada")
    waiting = factories.register(event, "Ben", party=2)
    assert state(waiting) == "waitlisted"
    with clock.running(lambda: date + timedelta(seconds=1)):
        assert sweep() > 0
        assert state(waiting) == "confirmed"
        assert_sound()


def test_an_allotment_can_be_released_by_hand(make_event):
    event = make_event(capacity=2)
    set_firm(event.id, FirmTerms("Acme", allotted=2), ATTENDEE)
    waiting = factories.register(event, "Ben")
    (firm,) = firm_pools(db.session(), event.id)
    release_allotment(event.id, firm.id, ATTENDEE)
    assert state(waiting) == "confirmed"


def test_a_limit_of_a_firm_counts_who_came_before_it(make_event):
    event = make_event(capacity=9)
    factories.register(event, "Ada", firm="Acme", party=2)
    set_firm(event.id, FirmTerms("acme", cap=2), ATTENDEE)
    assert state(factories.register(event, "Ben", firm="Acme")) == "waitlisted"
    assert_sound()


def test_a_cap_for_every_firm_counts_who_came_before_it(make_event):
    event = make_event(capacity=9)
    factories.register(event, "Ada", firm="Acme", party=2)
    change_line(event.id, LinePolicy(firm_cap=2), ATTENDEE)
    waiting = factories.register(event, "Ben", firm="Acme")
    assert state(waiting) == "waitlisted"
    change_line(event.id, LinePolicy(firm_cap=3), ATTENDEE)
    assert state(waiting) == "confirmed"
    assert_sound()


def test_an_allotment_larger_than_the_event_is_refused(make_event):
    event = make_event(capacity=3)
    with pytest.raises(Refusal) as refused:
        set_firm(event.id, FirmTerms("Acme", allotted=4), ATTENDEE)
    assert refused.value.field == "allotted"
    assert pool(event).kept == 0


def test_two_allotments_never_keep_more_than_there_is(make_event):
    event = make_event(capacity=3)
    set_firm(event.id, FirmTerms("Acme", allotted=2), ATTENDEE)
    with pytest.raises(Refusal):
        set_firm(event.id, FirmTerms("Bolt", allotted=2), ATTENDEE)


def test_lowering_the_capacity_below_what_is_kept_unseats_nobody(make_event):
    event = make_event(capacity=4)
    set_firm(event.id, FirmTerms("Acme", allotted=2), ATTENDEE)
    ada = factories.register(event, "Ada", party=2)
    change_capacity(event.id, pool(event).id, 1, ATTENDEE)
    assert state(ada) == "confirmed"
    assert state(factories.register(event, "Ben", firm="Acme")) == "waitlisted"
    assert_sound()
