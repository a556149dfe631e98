"""The seat engine through its services, on both databases."""

import pytest
from sqlalchemy import select, update

from registration.booking.admission.services import EventFull, register
from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.event_settings.capacity import CapacityOutOfRange, change_capacity
from registration.booking.models import Attendee
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.events.models import Category, Event
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.seats import engine, rules
from registration.seats.models import Registration
from tests import factories
from tests.factories import place_in_line, pool, state, target


@pytest.fixture(autouse=True)
def _healthy(app):
    """Every test of the engine leaves a database on which every invariant holds."""
    yield
    db.session.rollback()
    assert [finding for finding in examine(db.engine) if not finding.holds] == []


def kinds(registration: Registration) -> list[str]:
    query = select(OutgoingMessage.kind).where(OutgoingMessage.registration_id == registration.id)
    return list(db.session.scalars(query.order_by(OutgoingMessage.id)))


def test_seats_go_in_turn_and_then_the_waitlist_begins(make_event):
    event = make_event(capacity=2)
    registrations = [factories.register(event, name) for name in ("Ada", "Ben", "Cleo", "Ada")]
    assert [one.state for one in registrations] == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    assert [one.place for one in registrations] == [1, 2, 3, 4]
    assert place_in_line(registrations[2]) == 1
    assert place_in_line(registrations[3]) == 2


def test_cancelling_gives_the_seat_to_the_first_in_line(make_event):
    event = make_event(capacity=1)
    ada, ben, cleo = (factories.register(event, name) for name in ("Ada", "Ben", "Cleo"))
    cancel(target(ada), ATTENDEE)
    assert (state(ada), state(ben), state(cleo)) == ("cancelled", "confirmed", "waitlisted")
    assert place_in_line(cleo) == 1
    assert kinds(ben) == ["waitlisted", "promoted"]
    assert kinds(ada) == ["confirmed", "cancelled"]


def test_cancelling_twice_changes_nothing_the_second_time(make_event):
    event = make_event(capacity=1)
    ada, ben, cleo = (factories.register(event, name) for name in ("Ada", "Ben", "Cleo"))
    cancel(target(ada), ATTENDEE)
    cancel(target(ada), ATTENDEE)
    assert (state(ben), state(cleo)) == ("confirmed", "waitlisted")
    assert pool(event).taken == 1


def test_a_party_waits_as_a_whole_and_a_smaller_one_takes_the_seat(make_event):
    event = make_event(capacity=3)
    factories.register(event, "Ada", party=2)
    big = factories.register(event, "Ben", party=2)
    small = factories.register(event, "Cleo")
    assert (state(big), state(small)) == ("waitlisted", "confirmed")


def test_strict_order_keeps_free_seats_until_the_first_party_fits(make_event):
    event = make_event(capacity=3, policy=rules.STRICT)
    ada = factories.register(event, "Ada", party=2)
    big = factories.register(event, "Ben", party=2)
    small = factories.register(event, "Cleo")
    assert (state(big), state(small)) == ("waitlisted", "waitlisted")
    cancel(target(ada), ATTENDEE)
    assert (state(big), state(small)) == ("confirmed", "confirmed")


def test_a_category_never_takes_more_than_its_own_seats(make_event):
    event = make_event(capacity=10, categories={"Member": 1, "Press": None})
    first = factories.register(event, "Ada", category="Member")
    second = factories.register(event, "Ben", category="Member")
    press = factories.register(event, "Cleo", category="Press")
    assert (state(first), state(second), state(press)) == ("confirmed", "waitlisted", "confirmed")
    cancel(target(first), ATTENDEE)
    assert state(second) == "confirmed"
    assert pool(event, "Member").taken == 1


def test_a_freed_seat_passes_over_those_whose_category_is_full(make_event):
    event = make_event(capacity=2, categories={"Member": 1, "Press": 5})
    factories.register(event, "Ada", category="Member")
    press = factories.register(event, "Ben", category="Press")
    member = factories.register(event, "Cleo", category="Member")
    later = factories.register(event, "Ada", category="Press")
    cancel(target(press), ATTENDEE)
    assert (state(member), state(later)) == ("waitlisted", "confirmed")


def test_giving_back_one_seat_of_a_party_promotes_the_next(make_event):
    event = make_event(capacity=3, categories={"Member": 3})
    ada = factories.register(event, "Ada", party=3, category="Member")
    ben = factories.register(event, "Ben", category="Member")
    guest = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == ada.id)).all()[-1]
    cancel_attendee(target(ada), guest, ATTENDEE)
    assert state(ben) == "confirmed"
    assert db.session.get_one(Registration, ada.id).size == 2
    assert kinds(ada) == ["confirmed", "shrunk"]
    cancel_attendee(target(ada), guest, ATTENDEE)
    assert db.session.get_one(Registration, ada.id).size == 2


def test_giving_back_the_last_seat_cancels_the_registration(make_event):
    event = make_event(capacity=1)
    ada = factories.register(event, "Ada")
    only = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == ada.id)).one()
    cancel_attendee(target(ada), only, ATTENDEE)
    assert state(ada) == "cancelled"


def test_a_waiting_party_that_shrinks_takes_the_seat_it_now_fits(make_event):
    event = make_event(capacity=2)
    factories.register(event, "Ada")
    ben = factories.register(event, "Ben", party=2)
    guest = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == ben.id)).all()[-1]
    cancel_attendee(target(ben), guest, ATTENDEE)
    assert state(ben) == "confirmed"


def test_a_raised_capacity_promotes_in_order(make_event):
    event = make_event(capacity=1)
    factories.register(event, "Ada")
    waiting = [factories.register(event, name) for name in ("Ben", "Cleo", "Ada")]
    assert change_capacity(event.id, pool(event).id, 3, SYSTEM) == 2
    assert [state(one) for one in waiting] == ["confirmed", "confirmed", "waitlisted"]


def test_a_lowered_capacity_un_seats_nobody_and_fills_no_seat_until_it_is_reached(make_event):
    event = make_event(capacity=3)
    seated = [factories.register(event, name) for name in ("Ada", "Ben", "Cleo")]
    waiting = factories.register(event, "Ada")
    change_capacity(event.id, pool(event).id, 1, SYSTEM)
    assert [state(one) for one in seated] == ["confirmed"] * 3
    assert (pool(event).capacity, pool(event).wanted) == (3, 1)
    cancel(target(seated[0]), ATTENDEE)
    assert (state(waiting), pool(event).capacity) == ("waitlisted", 2)
    cancel(target(seated[1]), ATTENDEE)
    cancel(target(seated[2]), ATTENDEE)
    assert (state(waiting), pool(event).capacity) == ("confirmed", 1)


@pytest.mark.parametrize("wanted", [-1, 1_000_001])
def test_a_capacity_out_of_range_is_refused_and_nothing_changes(make_event, wanted):
    event = make_event(capacity=2)
    with pytest.raises(CapacityOutOfRange):
        change_capacity(event.id, pool(event).id, wanted, SYSTEM)
    assert pool(event).wanted == 2


def test_a_long_promotion_is_cut_and_nobody_joins_ahead_of_it(make_event, monkeypatch):
    monkeypatch.setattr(engine, "PROMOTIONS", 2)
    event = make_event(capacity=1)
    factories.register(event, "Ada")
    waiting = [factories.register(event, "Ben") for _one in range(5)]
    assert change_capacity(event.id, pool(event).id, 5, SYSTEM) == 4
    assert [state(one) for one in waiting] == ["confirmed"] * 4 + ["waitlisted"]


def test_seats_go_on_past_those_whose_category_is_full_again(make_event):
    event = make_event(capacity=1, categories={"Member": 1, "Guest": None})
    ada = factories.register(event, "Ada", category="Guest")
    members = [factories.register(event, "Ben", category="Member") for _one in range(5)]
    guests = [factories.register(event, "Cleo", category="Guest") for _one in range(3)]
    # The four who come first in line with three free seats are members, and only one of them fits.
    assert change_capacity(event.id, pool(event).id, 4, SYSTEM) == 3
    assert [state(one) for one in members] == ["confirmed"] + ["waitlisted"] * 4
    assert [state(one) for one in guests] == ["confirmed", "confirmed", "waitlisted"]
    assert state(ada) == "confirmed"


def test_an_event_without_waitlist_refuses_and_keeps_nothing(make_event):
    event = make_event(capacity=1, has_waitlist=False)
    factories.register(event, "Ada")
    with pytest.raises(EventFull):
        register(factories.application(event, "Ben"))
    assert len(db.session.scalars(select(Registration)).all()) == 1


def test_a_higher_priority_goes_first_among_those_who_wait(make_event):
    event = make_event(capacity=1, categories={"Member": None, "Guest": None})
    _prefer(event.categories["Member"])
    seated = factories.register(event, "Ada", category="Guest")
    guest = factories.register(event, "Ben", category="Guest")
    member = factories.register(event, "Cleo", category="Member")
    assert (place_in_line(member), place_in_line(guest)) == (1, 2)
    cancel(target(seated), ATTENDEE)
    assert (state(member), state(guest)) == ("confirmed", "waitlisted")


def test_nobody_is_promoted_once_the_event_is_over(make_event):
    event = make_event(capacity=1)
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    write_tx(
        lambda session: session.execute(update(Event).where(Event.id == event.id).values(status="cancelled"))
    )
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "waitlisted"


def test_every_change_of_state_is_in_the_journal(make_event):
    event = make_event(capacity=1)
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    rows = db.session.execute(
        select(JournalEntry.registration_id, JournalEntry.before, JournalEntry.after, JournalEntry.actor)
        .where(JournalEntry.action == "state")
        .order_by(JournalEntry.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        (ada.id, None, "confirmed", "attendee"),
        (ben.id, None, "waitlisted", "attendee"),
        (ada.id, "confirmed", "cancelled", "attendee"),
        (ben.id, "waitlisted", "confirmed", "attendee"),
    ]


def test_the_calendar_sequence_rises_with_each_change_and_over_a_new_registration(make_event):
    event = make_event(capacity=1)
    ada = factories.register(event, "Ada", email="ada@example.org")
    first = ada.calendar_sequence
    cancel(target(ada), ATTENDEE)
    db.session.rollback()
    ended = db.session.get_one(Registration, ada.id).calendar_sequence
    again = factories.register(event, "Ada", email="ada@example.org")
    assert first < ended < again.calendar_sequence


def _prefer(category_id: int) -> None:
    write_tx(
        lambda session: session.execute(update(Category).where(Category.id == category_id).values(priority=1))
    )
