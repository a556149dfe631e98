"""An event that was called off stands still: nothing of it is decided, and everybody was told once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registration.booking.admission.services import RegistrationClosed
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import approve, merge, reject, seat_by_hand
from registration.booking.changes.move import move
from registration.booking.changes.offers import accept, decline
from registration.booking.changes.party import add_people, change_choice, split
from registration.booking.changes.target import NotNow
from registration.booking.changes.verify_address import verify
from registration.booking.event_settings.closing import cancel_event, close_registration, reopen_registration
from registration.booking.event_settings.waitlist import change_line
from registration.booking.models import Attendee
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.journal.services import ATTENDEE
from registration.mail.models import OutgoingMessage
from registration.seats.rules import LinePolicy
from tests import factories
from tests.factories import pool, state, target
from tests.seats.sound import assert_sound

pytestmark = pytest.mark.usefixtures("app")


def mails() -> int:
    db.session.rollback()
    count = db.session.scalar(select(func.count(OutgoingMessage.id)))
    db.session.rollback()
    return int(count or 0)


def refused(event, was: str, **acts) -> None:
    """Call *event* off and see each of *acts* refused, with nothing changed and nobody told."""
    cancel_event(event.id, ATTENDEE)
    told = mails()
    for name, (act, registration, *more) in acts.items():
        with pytest.raises(NotNow, match="cancelled"):
            act(target(registration), *more)
        assert state(registration) == was, name
    assert mails() == told
    assert_sound()


def test_nobody_is_approved_or_rejected(make_event):
    event = make_event(line={"needs_approval": True})
    ada = factories.register(event, "Ada")
    refused(event, "pending", approve=(approve, ada, ATTENDEE), reject=(reject, ada, ATTENDEE))


def test_no_offer_is_answered(make_event):
    event = make_event(capacity=1, line={"promotion": "offer"})
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    refused(event, "offered", accept=(accept, ben, ATTENDEE), decline=(decline, ben, ATTENDEE))


def test_who_waits_is_neither_seated_nor_split_nor_changed(make_event):
    event = make_event(capacity=2, line={"promotion": "manual"})
    ada, ben = factories.register(event, "Ada", party=2), factories.register(event, "Ben", party=2)
    cancel(target(ada), ATTENDEE)
    first = db.session.scalar(select(Attendee.id).where(Attendee.registration_id == ben.id))
    refused(
        event,
        "waitlisted",
        seat=(seat_by_hand, ben, ATTENDEE, "Speaks at the event"),
        split=(split, ben),
        change=(change_choice, ben, first, None, (), ATTENDEE),
    )


def test_a_link_that_confirms_an_address_lets_nobody_in(make_event):
    event = make_event(line={"confirms_address": True})
    ada = factories.register(event, "Ada")
    cancel_event(event.id, ATTENDEE)
    told = mails()
    assert verify(ada.booking_id) is False
    assert state(ada) == "unverified"
    assert mails() == told


def test_nobody_moves_up(make_event):
    event = make_event(capacity=1)
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel_event(event.id, ATTENDEE)
    cancel(target(ada), ATTENDEE)
    change_line(event.id, LinePolicy(policy="strict"), ATTENDEE)
    sweep()
    assert state(ben) == "waitlisted"
    assert pool(event).taken == 0
    assert_sound()


def test_it_is_neither_closed_nor_opened_again(make_event):
    event = make_event()
    cancel_event(event.id, ATTENDEE)
    for act in (close_registration, reopen_registration, cancel_event):
        with pytest.raises(NotNow, match="cancelled"):
            act(event.id, ATTENDEE)
    with pytest.raises(RegistrationClosed):
        factories.register(event, "Ada")


def test_who_was_there_may_go_to_another_event(make_event):
    event, later = make_event(capacity=1), make_event(title="In spring")
    ada = factories.register(event, "Ada")
    cancel_event(event.id, ATTENDEE)
    move(target(ada), later.id, {})
    assert (state(ada), pool(event).taken, pool(later).taken) == ("cancelled", 0, 1)
    with pytest.raises(NotNow):
        add_people(target(ada), [])
    assert_sound()


def test_what_was_kept_for_a_while_ends_without_a_word(make_event):
    event = make_event(capacity=1, line={"promotion": "offer", "offer_hours": 1})
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    cancel_event(event.id, ATTENDEE)
    told, later = mails(), clock.now() + timedelta(hours=2)
    with clock.running(lambda: later):
        sweep()
    assert state(ben) == "expired"
    assert mails() == told


def test_the_same_people_twice_are_still_made_one(make_event):
    event = make_event()
    ada, again = factories.register(event, "Ada"), factories.register(event, "Ada")
    cancel_event(event.id, ATTENDEE)
    merge(target(ada), target(again), ATTENDEE)
    assert (state(ada), state(again)) == ("confirmed", "cancelled")


def test_a_party_in_parts_is_told_once(make_event):
    event = make_event(capacity=1)
    factories.register(event, "Ada", party=3, flexible=True)
    before = mails()
    assert cancel_event(event.id, ATTENDEE) == 1
    assert mails() == before + 1
