"""How free seats go to the line: at once, as an offer, by hand, or not any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.admission.services import EventFull
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import NoSeat, ReasonMissing, seat_by_hand
from registration.booking.changes.offers import OfferEnded, accept, decline
from registration.booking.changes.target import NotNow
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.waitlist import change_line
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events.models import Category
from registration.journal.services import ATTENDEE
from registration.seats.gate import Terms
from registration.seats.models import Registration
from registration.seats.rules import LinePolicy
from tests import factories
from tests.factories import pool, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")
OFFER = {"promotion": "offer", "offer_hours": 24}
MANUAL = {"promotion": "manual"}


def fresh(registration) -> Registration:
    db.session.rollback()
    return db.session.get_one(Registration, registration.id)


def a_seat_and_a_line(make_event, **line):
    event = make_event(capacity=1, line=line)
    people = [factories.register(event, name) for name in ("Ada", "Ben", "Cleo")]
    return event, *people


def test_a_free_seat_is_offered_to_the_next_and_kept_meanwhile(make_event):
    event, ada, ben, cleo = a_seat_and_a_line(make_event, **OFFER)
    cancel(target(ada), ATTENDEE)
    assert (state(ben), state(cleo)) == ("offered", "waitlisted")
    assert pool(event).taken == 1
    assert fresh(ben).offer_expires_at is not None
    late = factories.register(event, "Ada")
    assert state(late) == "waitlisted"
    assert_sound()


def test_an_accepted_offer_is_a_seat_and_again_is_no_error(make_event):
    _event, ada, ben, _cleo = a_seat_and_a_line(make_event, **OFFER)
    cancel(target(ada), ATTENDEE)
    accept(target(ben), ATTENDEE)
    accept(target(ben), ATTENDEE)
    assert state(ben) == "confirmed"
    assert fresh(ben).offer_expires_at is None
    assert_sound()


def test_a_declined_offer_goes_to_the_next(make_event):
    _event, ada, ben, cleo = a_seat_and_a_line(make_event, **OFFER)
    cancel(target(ada), ATTENDEE)
    decline(target(ben), ATTENDEE)
    decline(target(ben), ATTENDEE)
    assert (state(ben), state(cleo)) == ("declined", "offered")
    with pytest.raises(NotNow):
        accept(target(ben), ATTENDEE)
    assert_sound()


def test_an_offer_that_nobody_answers_goes_to_the_next(make_event):
    _event, ada, ben, cleo = a_seat_and_a_line(make_event, **OFFER)
    cancel(target(ada), ATTENDEE)
    later = clock.now() + timedelta(hours=25)
    with clock.running(lambda: later):
        assert sweep() > 0
        assert sweep() == 0
        assert (state(ben), state(cleo)) == ("expired", "offered")
        assert_sound()


def test_an_offer_accepted_late_is_not_taken_back_from_the_next(make_event):
    _event, ada, ben, cleo = a_seat_and_a_line(make_event, **OFFER)
    cancel(target(ada), ATTENDEE)
    later = clock.now() + timedelta(hours=25)
    with clock.running(lambda: later):
        with pytest.raises(OfferEnded):
            accept(target(ben), ATTENDEE)
        with pytest.raises(OfferEnded):
            accept(target(ben), ATTENDEE)
        assert (state(ben), state(cleo)) == ("expired", "offered")


def test_shortly_before_the_event_seats_go_at_once(make_event):
    event = make_event(capacity=1, line=OFFER | {"direct_hours": 48}, starts_in=timedelta(hours=47))
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "confirmed"


def test_by_hand_nobody_moves_until_the_organiser_says_so(make_event):
    event, ada, ben, cleo = a_seat_and_a_line(make_event, **MANUAL)
    cancel(target(ada), ATTENDEE)
    assert (state(ben), state(cleo)) == ("waitlisted", "waitlisted")
    newcomer = factories.register(event, "Ada")
    assert state(newcomer) == "waitlisted"
    seat_by_hand(target(ben), ATTENDEE)
    assert state(ben) == "confirmed"
    assert_sound()


def test_out_of_turn_takes_a_reason_that_stays(make_event):
    _event, ada, ben, cleo = a_seat_and_a_line(make_event, **MANUAL)
    cancel(target(ada), ATTENDEE)
    with pytest.raises(ReasonMissing):
        seat_by_hand(target(cleo), ATTENDEE)
    seat_by_hand(target(cleo), ATTENDEE, "She speaks in the first session.")
    assert (state(ben), state(cleo)) == ("waitlisted", "confirmed")
    assert fresh(cleo).seated_reason == "She speaks in the first session."
    assert_sound()


def test_by_hand_never_beyond_the_seats(make_event):
    _event, _ada, ben, _cleo = a_seat_and_a_line(make_event, **MANUAL)
    with pytest.raises(NoSeat):
        seat_by_hand(target(ben), ATTENDEE)


def test_the_reserve_is_given_by_hand_alone(make_event):
    event = make_event(capacity=1)
    change_capacity(event.id, pool(event).id, Terms(3, reserve=2), ATTENDEE)
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    assert (state(ada), state(ben)) == ("confirmed", "waitlisted")
    assert_sound()
    seat_by_hand(target(ben), ATTENDEE)
    now = pool(event)
    assert (state(ben), now.reserve, now.kept, now.taken) == ("confirmed", 1, 1, 2)
    assert_sound()


def test_planned_overbooking_lets_more_in(make_event):
    event = make_event(capacity=1)
    people = [factories.register(event, name) for name in ("Ada", "Ben", "Cleo")]
    change_capacity(event.id, pool(event).id, Terms(1, overbooking=100, is_percent=True), ATTENDEE)
    assert [state(one) for one in people] == ["confirmed", "confirmed", "waitlisted"]
    assert (pool(event).seats, pool(event).wanted) == (1, 2)


def test_once_frozen_nobody_moves_and_nobody_passes(make_event):
    event, ada, ben, _cleo = a_seat_and_a_line(make_event)
    change_line(event.id, LinePolicy(freezes_at=clock.now() - timedelta(seconds=1)), ATTENDEE)
    cancel(target(ada), ATTENDEE)
    assert state(ben) == "waitlisted"
    assert state(factories.register(event, "Ada")) == "waitlisted"
    assert_sound()
    change_line(event.id, LinePolicy(), ATTENDEE)
    assert state(ben) == "confirmed"


def test_a_full_waitlist_takes_nobody_more(make_event):
    event = make_event(capacity=1, line={"waitlist_limit": 1})
    factories.register(event, "Ada")
    factories.register(event, "Ben")
    with pytest.raises(EventFull):
        factories.register(event, "Cleo")


def test_the_line_ends_with_the_event(make_event):
    event = make_event(capacity=1)
    _ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    later = clock.now() + timedelta(days=11)
    with clock.running(lambda: later):
        sweep()
        assert state(ben) == "expired"


def test_priority_goes_first(make_event):
    event = make_event(capacity=1, categories={"Member": None, "Guest": None})
    with_priority(event.categories["Member"], 5)
    first = factories.register(event, "Ada", category="Guest")
    guest = factories.register(event, "Ben", category="Guest")
    member = factories.register(event, "Cleo", category="Member")
    cancel(target(first), ATTENDEE)
    assert (state(guest), state(member)) == ("waitlisted", "confirmed")
    assert_sound()


def with_priority(category_id: int, priority: int) -> None:
    write_tx(lambda session: setattr(session.get_one(Category, category_id), "priority", priority))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (LinePolicy(offer_hours=0), "offer_hours"),
        (LinePolicy(quiet_from=22), "quiet_until"),
        (LinePolicy(quiet_from=22, quiet_until=24), "quiet_until"),
        (LinePolicy(waitlist_limit=-1), "waitlist_limit"),
        (LinePolicy(firm_cap=-1), "firm_cap"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_field(make_event, line, field):
    event = make_event()
    with pytest.raises(Refusal) as refused:
        change_line(event.id, line, ATTENDEE)
    assert refused.value.field == field


def test_what_is_due_is_done_by_one_of_several_workers(make_event):
    event = make_event(capacity=30, line=OFFER)
    people = [factories.register(event, "Ada") for _one in range(60)]
    for one in people[:30]:
        cancel(target(one), ATTENDEE)
    later = clock.now() + timedelta(hours=25)
    with clock.running(lambda: later):
        first, second = sweep(), sweep()
    assert (first, second) == (30, 0)
    states = db.session.scalars(select(Registration.state).where(Registration.event_id == event.id)).all()
    assert sorted(set(states)) == ["cancelled", "expired"]
