"""A strict line: nobody behind delays anybody ahead, and who delays nobody is seated."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from registration.booking.changes.cancel import cancel
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.journal.services import ATTENDEE, SYSTEM
from registration.seats import ledger, rules
from registration.seats.ledger_audit import read
from registration.seats.models import Pool, Queue, WaitingNeed
from tests import factories
from tests.factories import state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def press_is_full(make_event, capacity=10):
    event = make_event(capacity=capacity, categories={"Press": 1, "Member": None}, policy=rules.STRICT)
    return event, factories.register(event, "Ada", category="Press")


def test_one_full_category_does_not_close_the_event(make_event):
    event, _ada = press_is_full(make_event)
    waiting = [factories.register(event, name, category="Press") for name in ("Ben", "Cleo")]
    members = [factories.register(event, f"Member {one}", category="Member") for one in range(8)]
    assert [state(one) for one in waiting] == ["waitlisted"] * 2
    # Two of nine free seats are reserved; the eighth member is the first whom that stops.
    assert [state(one) for one in members] == ["confirmed"] * 7 + ["waitlisted"]
    assert_sound()


def test_who_leaves_the_line_reserves_no_more(make_event):
    event, _ada = press_is_full(make_event, capacity=2)
    ben = factories.register(event, "Ben", category="Press")
    cleo = factories.register(event, "Cleo", category="Member")
    assert state(cleo) == "waitlisted"
    cancel(target(ben), ATTENDEE)
    assert state(cleo) == "confirmed"
    assert_sound()


def test_what_comes_free_goes_to_whom_it_delays_nobody(make_event):
    event, _ada = press_is_full(make_event, capacity=3)
    ben = factories.register(event, "Ben", category="Press")
    member = factories.register(event, "Cleo", category="Member")
    later = factories.register(event, "Ada", category="Member")
    last = factories.register(event, "Ben", category="Member")
    assert [state(one) for one in (member, ben, later, last)] == ["confirmed", *["waitlisted"] * 3]
    cancel(target(member), ATTENDEE)
    assert [state(one) for one in (ben, later, last)] == ["waitlisted", "confirmed", "waitlisted"]
    assert_sound()


def test_who_can_never_fit_any_more_holds_up_nobody(make_event):
    event = make_event(capacity=6, policy=rules.STRICT)
    factories.register(event, "Ada", party=2)
    big = factories.register(event, "Ben", party=5)
    small = factories.register(event, "Cleo")
    assert (state(big), state(small)) == ("waitlisted", "waitlisted")
    pool = factories.pool(event)
    change_capacity(event.id, pool.id, 4, SYSTEM)
    assert (state(big), state(small)) == ("waitlisted", "confirmed")
    # With more seats again it has its turn again.
    change_capacity(event.id, pool.id, 7, SYSTEM)
    assert state(factories.register(event, "Ada")) == "waitlisted"
    assert_sound()


def test_a_firm_that_waits_takes_no_open_seat_for_what_is_kept(make_event):
    event = make_event(capacity=6, categories={"Press": 2, "Member": None}, policy=rules.STRICT)
    later = clock.now() + timedelta(days=1)
    set_firm(event.id, FirmTerms("nord", allotted=3, release_at=later), SYSTEM)
    factories.register(event, "Ada", category="Press", firm="nord")
    ben = factories.register(event, "Ben", party=2, category="Press", firm="nord")
    # Of five free seats two are kept for the firm, and its party that waits reserves those.
    members = [factories.register(event, f"Cleo {one}", category="Member") for one in range(4)]
    assert state(ben) == "waitlisted"
    assert [state(one) for one in members] == [*["confirmed"] * 3, "waitlisted"]
    assert_sound()


def verdict(event, first=rules.STRICT):
    db.session.rollback()
    found = read(ledger.entries(db.session(), event.id), first)
    db.session.rollback()
    return found


def test_the_ledger_shows_that_nobody_took_what_was_reserved(make_event):
    event, ada = press_is_full(make_event, capacity=4)
    for name, category, party in (("Ben", "Press", 1), ("Cleo", "Member", 2), ("Ada", "Member", 2)):
        factories.register(event, name, category=category, party=party)
    cancel(target(ada), ATTENDEE)
    found = verdict(event)
    assert found.holds
    assert not found.passed


def test_a_seat_given_out_of_what_is_reserved_shows_in_ledger_and_doctor(make_event, monkeypatch):
    event, _ada = press_is_full(make_event, capacity=2)
    factories.register(event, "Ben", category="Press")
    from_all = lambda _session, gate, _priority, rooms=None: rooms or gate.rooms()  # noqa: E731
    monkeypatch.setattr("registration.seats.engine.left_for", from_all)
    factories.register(event, "Cleo", category="Member")
    assert [(one.place, one.later) for one in verdict(event).passed] == [(2, 3)]
    assert [one.code for one in examine(db.engine, event.slug) if not one.holds] == ["I4"]


def test_a_strict_line_of_before_is_walked_by_the_new_rule(make_event):
    """As after the migration: nothing is told of limits, the sums are there, the line is to be drained."""
    event, _ada = press_is_full(make_event)
    factories.register(event, "Ben", category="Press")
    cleo = factories.register(event, "Cleo", category="Member")
    pool_id, cleo_id = factories.pool(event).id, cleo.id

    def as_before(session):
        session.execute(
            text("UPDATE registration SET state = 'waitlisted', seated_step = NULL WHERE id = :one"),
            {"one": cleo_id},
        )
        session.execute(update(Pool).where(Pool.id == pool_id).values(taken=Pool.taken - 1))
        session.execute(update(Queue).where(Queue.event_id == event.id).values(waiting=2, is_draining=True))
        session.execute(update(WaitingNeed).where(WaitingNeed.pool_id == pool_id).values(need=2))

    db.session.rollback()
    write_tx(as_before)
    sweep()
    assert state(cleo) == "confirmed"


@pytest.mark.parametrize("leaves", ["cancel", "raise"])
def test_the_sums_follow_the_line(make_event, leaves):
    event, _ada = press_is_full(make_event)
    ben = factories.register(event, "Ben", party=1, category="Press")
    factories.register(event, "Cleo", category="Press")
    press = factories.pool(event, "Press").id

    def reserved() -> int:
        db.session.rollback()
        return sum(db.session.scalars(select(WaitingNeed.need).where(WaitingNeed.pool_id == press)))

    assert reserved() == 2
    if leaves == "cancel":
        cancel(target(ben), ATTENDEE)
    else:
        change_capacity(event.id, press, 2, SYSTEM)
    assert reserved() == 1
    assert_sound()
