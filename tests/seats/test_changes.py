"""Changes under the gate: parties, moves, approval, addresses, closing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.admission.services import RegistrationClosed
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import approve, merge, reject
from registration.booking.changes.move import move
from registration.booking.changes.party import NoRoom, add_people, change_choice, split
from registration.booking.changes.target import NotNow, Target
from registration.booking.changes.verify_address import verify
from registration.booking.event_settings.closing import cancel_event, close_registration, reopen_registration
from registration.booking.event_settings.waitlist import change_line
from registration.booking.models import Attendee
from registration.booking.rules import Person
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE
from registration.mail.models import OutgoingMessage
from registration.seats import ledger
from registration.seats.ledger_audit import read
from registration.seats.models import Registration
from registration.seats.rules import LinePolicy
from tests import factories
from tests.factories import pool, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def parts(event, booking_id: int) -> list[tuple[int, int, int, str]]:
    db.session.rollback()
    query = select(Registration.place, Registration.part, Registration.size, Registration.state)
    rows = db.session.execute(
        query.where(Registration.event_id == event.id, Registration.booking_id == booking_id).order_by(
            Registration.place, Registration.part
        )
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def test_as_many_as_fit_sit_and_the_others_keep_the_place(make_event):
    event = make_event(capacity=3)
    first = factories.register(event, "Ada")
    party = factories.register(event, "Ben", party=4, flexible=True)
    assert parts(event, party.booking_id) == [
        (2, 0, 2, "confirmed"),
        (2, 1, 1, "waitlisted"),
        (2, 2, 1, "waitlisted"),
    ]
    behind = factories.register(event, "Cleo")
    cancel(target(first), ATTENDEE)
    assert [one[3] for one in parts(event, party.booking_id)] == ["confirmed", "confirmed", "waitlisted"]
    assert state(behind) == "waitlisted"
    assert_sound()


def test_a_party_that_waits_together_can_be_split(make_event):
    event = make_event(capacity=3)
    factories.register(event, "Ada")
    party = factories.register(event, "Ben", party=3)
    assert state(party) == "waitlisted"
    split(target(party))
    assert [one[2:] for one in parts(event, party.booking_id)] == [
        (1, "confirmed"),
        (1, "confirmed"),
        (1, "waitlisted"),
    ]
    assert_sound()


def test_more_people_wait_in_place_or_join_at_the_end(make_event):
    event = make_event(capacity=2)
    ada = factories.register(event, "Ada", party=2)
    ben = factories.register(event, "Ben")
    add_people(target(ben), [Person("Cleo")])
    add_people(target(ada), [Person("Dora")])
    assert parts(event, ben.booking_id) == [(2, 0, 2, "waitlisted")]
    assert parts(event, ada.booking_id) == [(1, 0, 2, "confirmed"), (3, 1, 1, "waitlisted")]
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "confirmed"
    assert_sound()


@pytest.mark.parametrize("limit", [{"has_waitlist": False}, {"line": {"waitlist_limit": 1}}])
def test_nobody_comes_onto_a_waitlist_that_is_not_there_or_full(make_event, limit):
    event, other = make_event(capacity=2, **limit), make_event(capacity=1)
    ada = factories.register(event, "Ada", party=2)
    cleo = factories.register(other, "Cleo")
    if "line" in limit:
        factories.register(event, "Ben")
    with pytest.raises(NoRoom):
        add_people(target(ada), [Person("Dora")])
    with pytest.raises(NoRoom):
        move(target(cleo), event.id, {})
    assert parts(event, ada.booking_id) == [(1, 0, 2, "confirmed")]
    assert (parts(event, cleo.booking_id), state(cleo)) == ([], "confirmed")
    assert_sound()


def test_moving_to_another_event_keeps_the_seat_until_the_new_one_is_certain(make_event):
    workshop, meeting = make_event(capacity=1), make_event(capacity=1, title="Meeting")
    ada = factories.register(workshop, "Ada")
    blocker = factories.register(meeting, "Ben")
    waiting = factories.register(workshop, "Cleo")
    move(target(ada), meeting.id, {})
    assert (state(ada), state(waiting)) == ("confirmed", "waitlisted")
    cancel(target(blocker), ATTENDEE)
    sweep()
    assert (state(ada), state(waiting)) == ("cancelled", "confirmed")
    assert parts(meeting, ada.booking_id) == [(2, 0, 1, "confirmed")]
    assert sweep() == 0
    assert_sound()


def test_who_waits_to_move_does_not_end_with_two_seats(make_event):
    events = [make_event(capacity=1, title=title) for title in ("Workshop", "Meeting", "Dinner")]
    ada = factories.register(events[0], "Ada")
    factories.register(events[1], "Ben")
    move(target(ada), events[1].id, {})
    waiting = db.session.scalars(select(Registration).where(Registration.replaces_id.is_not(None))).one()
    with pytest.raises(NotNow):
        move(Target(events[1].id, waiting.id), events[2].id, {})
    with pytest.raises(NotNow):
        move(target(ada), events[2].id, {})
    assert (state(ada), pool(events[2]).taken) == ("confirmed", 0)
    assert_sound()


def test_nobody_moves_to_where_another_form_of_hers_is(make_event):
    workshop, meeting = make_event(capacity=1), make_event(capacity=5, title="Meeting")
    ada = factories.register(workshop, "Ada", email="ada@example.org")
    factories.register(meeting, "Ada", email="ADA@example.org")
    with pytest.raises(NotNow):
        move(target(ada), meeting.id, {})
    assert (state(ada), pool(meeting).taken) == ("confirmed", 1)
    assert_sound()


def test_parts_of_a_party_wait_in_their_order_where_the_line_is_strict(make_event):
    event = make_event(capacity=3, categories={"Press": 2, "Guest": None}, policy="strict")
    factories.register(event, "Ben", party=2, category="Press")
    party = factories.register(event, "Ada", party=2, category="Press")
    split(target(party))
    rows = db.session.scalars(
        select(Registration.id).where(Registration.booking_id == party.booking_id).order_by(Registration.part)
    ).all()
    # The second of them comes as a guest now and would fit; the first has reserved the seat that is free.
    attendee = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == rows[1])).one()
    change_choice(Target(event.id, rows[1]), attendee, event.categories["Guest"], (), ATTENDEE)
    assert parts(event, party.booking_id) == [(2, 0, 1, "waitlisted"), (2, 1, 1, "waitlisted")]
    assert_sound()


def test_who_waits_ranks_as_the_category_she_comes_in_now(make_event):
    event = make_event(capacity=1, categories={"Member": None, "Guest": None})
    member = event.categories["Member"]
    write_tx(lambda session: setattr(session.get_one(Category, member), "priority", 1))
    seated = factories.register(event, "Ada", category="Guest")
    ben = factories.register(event, "Ben", category="Guest")
    cleo = factories.register(event, "Cleo", category="Member")
    attendee = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == cleo.id)).one()
    # Else anybody could come as a member until she is ahead.
    change_choice(target(cleo), attendee, event.categories["Guest"], (), ATTENDEE)
    cancel(target(seated), ATTENDEE)
    assert (state(ben), state(cleo)) == ("confirmed", "waitlisted")
    assert_sound()


def test_the_same_choice_again_changes_nothing(make_event):
    event = make_event(capacity=1, categories={"Member": None, "Guest": None})
    factories.register(event, "Ada", category="Guest")
    ben = factories.register(event, "Ben", category="Member")
    member = event.categories["Member"]
    # A category's turn counts for who comes from now on, and Ben has come before.
    write_tx(lambda session: setattr(session.get_one(Category, member), "priority", 1))
    lines = db.session.query(ledger.LedgerEntry).count()
    db.session.rollback()
    change_choice(target(ben), factories.attendees(ben)[0].id, member, (), ATTENDEE)
    assert db.session.get_one(Registration, ben.id).priority == 0
    assert db.session.query(ledger.LedgerEntry).count() == lines
    assert db.session.query(JournalEntry).filter_by(action="changed").count() == 0
    assert_sound()


def test_a_choice_that_is_free_to_who_sits_passes_nobody_who_waits(make_event):
    event = make_event(capacity=2, categories={"Press": 1, "Guest": None})
    ada = factories.register(event, "Ada", category="Press")
    ben = factories.register(event, "Ben", category="Press")
    cleo = factories.register(event, "Cleo", category="Guest")
    for one, category in ((ada, "Guest"), (cleo, "Press")):
        attendee = db.session.scalars(select(Attendee.id).where(Attendee.registration_id == one.id)).one()
        change_choice(target(one), attendee, event.categories[category], (), ATTENDEE)
    # The event is full: what Ada left could not have been Ben's.
    assert (state(ada), state(ben), state(cleo)) == ("confirmed", "waitlisted", "confirmed")
    assert_sound()


def test_moving_to_an_event_with_room_is_one_step(make_event):
    workshop, meeting = make_event(capacity=1), make_event(capacity=1, title="Meeting")
    ada, waiting = factories.register(workshop, "Ada"), factories.register(workshop, "Cleo")
    move(target(ada), meeting.id, {})
    assert (state(ada), state(waiting)) == ("cancelled", "confirmed")
    assert_sound()


def test_who_moves_ranks_as_her_category_does_there(make_event):
    workshop = make_event(capacity=2)
    meeting = make_event(capacity=1, title="Meeting", categories={"Member": None, "Guest": None})
    member = meeting.categories["Member"]
    write_tx(lambda session: setattr(session.get_one(Category, member), "priority", 3))
    ada = factories.register(workshop, "Ada")
    blocker = factories.register(meeting, "Ben", category="Guest")
    guest = factories.register(meeting, "Cleo", category="Guest")
    move(target(ada), meeting.id, dict.fromkeys([one.id for one in factories.attendees(ada)], member))
    cancel(target(blocker), ATTENDEE)
    assert state(guest) == "waitlisted"
    assert parts(meeting, ada.booking_id) == [(3, 0, 1, "confirmed")]
    assert_sound()


def test_nobody_moves_into_a_cancelled_event(make_event):
    workshop, meeting = make_event(capacity=1), make_event(capacity=1, title="Meeting")
    ada = factories.register(workshop, "Ada")
    cancel_event(meeting.id, ATTENDEE)
    with pytest.raises(NotNow):
        move(target(ada), meeting.id, {})
    assert state(ada) == "confirmed"
    assert pool(meeting).taken == 0


def test_approval_gives_the_seat_or_a_place_in_line(make_event):
    event = make_event(capacity=1, line={"needs_approval": True})
    ada, ben, cleo = (factories.register(event, name) for name in ("Ada", "Ben", "Cleo"))
    assert {state(one) for one in (ada, ben, cleo)} == {"pending"}
    assert pool(event).taken == 0
    approve(target(ben), ATTENDEE)
    approve(target(ada), ATTENDEE)
    reject(target(cleo), ATTENDEE, "For members only.")
    assert (state(ada), state(ben), state(cleo)) == ("waitlisted", "confirmed", "rejected")
    with pytest.raises(NotNow):
        approve(target(cleo), ATTENDEE)
    cancel(target(ben), ATTENDEE)
    assert state(ada) == "confirmed"
    assert_sound()


def test_a_seat_is_held_until_the_address_is_confirmed(make_event):
    event = make_event(capacity=1, line={"confirms_address": True})
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    assert (state(ada), state(ben)) == ("unverified", "unverified")
    assert pool(event).taken == 1
    assert_sound()
    assert verify(ben.booking_id)
    assert state(ben) == "waitlisted"
    assert verify(ada.booking_id)
    assert verify(ada.booking_id)
    assert state(ada) == "confirmed"
    assert_sound()


def test_a_hold_that_nobody_confirms_passes_on(make_event):
    event = make_event(capacity=1, line={"confirms_address": True})
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    verify(ben.booking_id)
    later = clock.now() + timedelta(minutes=31)
    with clock.running(lambda: later):
        assert sweep() > 0
        assert (state(ada), state(ben)) == ("expired", "confirmed")
        assert not verify(ada.booking_id)
        assert_sound()


def test_the_same_people_twice_become_one(make_event):
    event = make_event(capacity=1)
    ada, again, ben = (factories.register(event, name) for name in ("Ada", "Ada", "Ben"))
    with pytest.raises(NotNow):
        merge(target(again), target(ada), ATTENDEE)
    merge(target(ada), target(again), ATTENDEE)
    assert (state(ada), state(again), state(ben)) == ("confirmed", "cancelled", "waitlisted")
    assert_sound()


def test_closing_and_reopening(make_event):
    event = make_event(capacity=5)
    close_registration(event.id, ATTENDEE)
    with pytest.raises(RegistrationClosed):
        factories.register(event, "Ada")
    reopen_registration(event.id, ATTENDEE)
    assert state(factories.register(event, "Ada")) == "confirmed"


def test_everybody_is_told_that_the_event_is_cancelled(make_event):
    event = make_event(capacity=1)
    factories.register(event, "Ada")
    factories.register(event, "Ben")
    assert cancel_event(event.id, ATTENDEE, "The venue was flooded.") == 2
    told = db.session.scalars(
        select(OutgoingMessage.kind).where(OutgoingMessage.kind == "event_cancelled")
    ).all()
    assert len(told) == 2
    with pytest.raises(NotNow):
        cancel_event(event.id, ATTENDEE)


def verdict(event):
    db.session.rollback()
    first = ledger.first_policy(db.session(), event.id, "first_fit")
    found = read(ledger.entries(db.session(), event.id), first)
    db.session.rollback()
    return found


def test_the_ledger_is_whole_and_shows_that_nobody_was_let_past(make_event):
    event = make_event(capacity=3)
    people = [factories.register(event, "Ada", party=size) for size in (2, 2, 1, 1, 3)]
    cancel(target(people[0]), ATTENDEE)
    change_line(event.id, LinePolicy(policy="strict"), ATTENDEE)
    cancel(target(people[1]), ATTENDEE)
    found = verdict(event)
    assert found.holds
    assert found.lines >= 8
    assert_sound()


def test_a_line_of_the_ledger_that_was_changed_shows(make_event):
    event = make_event(capacity=1)
    factories.register(event, "Ada")
    factories.register(event, "Ben")
    entry = db.session.get_one(ledger.LedgerEntry, (event.id, 1))
    entry.size = 2
    db.session.commit()
    assert verdict(event).breaks == [1]


def test_a_line_that_was_left_out_shows(make_event):
    event = make_event(capacity=1)
    for name in ("Ada", "Ben", "Cleo"):
        factories.register(event, name)
    db.session.delete(db.session.get_one(ledger.LedgerEntry, (event.id, 2)))
    db.session.commit()
    assert not verdict(event).holds
