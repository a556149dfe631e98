"""What is told of a party in parts, of a move, and of an event that does not take place, is true."""

import pytest

from registration.booking.changes.cancel import cancel
from registration.booking.changes.move import move
from registration.booking.changes.party import split
from registration.booking.changes.target import NotNow
from registration.booking.event_settings import closing
from registration.booking.event_settings.capacity import CapacityOutOfRange, change_capacity
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Answer
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE, SYSTEM
from registration.organiser.event.queries import waitlist
from registration.seating.explain import why_event, why_registration
from registration.seats.gate import Terms
from registration.seats.models import Pool, Registration
from registration.seats.queries import preview
from tests import factories
from tests.booking.arranging import calendar_of, sent, text_of
from tests.factories import attendees, make_event, register, state, target

ADA = "ada@example.org"


def mails() -> list[str]:
    """Send what is due, and return the texts of what Ada gets."""
    return [text_of(mail) for address, mail in sent() if address == ADA]


def parts(event) -> list[Registration]:
    """Return Ada's registrations of an event, in their order."""
    db.session.rollback()
    query = db.session.query(Registration).filter_by(event_id=event.id)
    found = [one for one in query.order_by(Registration.part) if attendees(one)[0].name.endswith("Ada")]
    db.session.rollback()
    return found


@pytest.fixture
def full(app):
    """An event whose two seats Ben has, and Ada's party of three behind him, each for herself."""
    event = make_event(capacity=2)
    ben = register(event, "Ben", party=2)
    register(event, "Ada", party=3, flexible=True, email=ADA)
    return event, ben


def test_the_mail_of_a_party_that_waits_names_all_of_it(full):
    [told] = mails()
    assert all(name in told for name in ("- Ada", "- Attendee 2", "- Attendee 3"))


def test_the_mail_of_two_promoted_parts_names_both_and_nobody_else(full):
    _event, ben = full
    mails()
    cancel(target(ben), ATTENDEE)
    [told] = mails()
    assert "You now have 2 seats" in told
    assert "- Ada" in told
    assert "- Guest 1 of Ada" in told
    assert "- Guest 2 of Ada" not in told


def test_who_still_waits_is_told_although_the_first_part_sits_by_then(full):
    _event, ben = full
    cancel(target(ben), ATTENDEE)
    waits = [told for told in mails() if "You are number" in told]
    assert len(waits) == 1
    assert "- Attendee 3" in waits[0]
    assert "- Attendee 2" not in waits[0]


def test_who_gives_up_one_part_is_told_who_still_comes(full):
    event, ben = full
    cancel(target(ben), ATTENDEE)
    mails()
    first, second, third = parts(event)
    cancel(target(third), ATTENDEE)
    [(_address, mail)] = [one for one in sent() if one[0] == ADA]
    told = text_of(mail)
    assert "Your registration is now for 2 people" in told
    assert "You have 2 seats." in told
    assert "registration is cancelled" not in told
    calendar = calendar_of(mail)
    assert calendar["METHOD"] == "REQUEST"
    cancel(target(second), ATTENDEE)
    cancel(target(first), ATTENDEE)
    assert "Your registration is cancelled" in mails()[-1]


def test_a_smaller_party_that_sits_here_and_waits_there_is_told_neither(full):
    event, _ben = full
    change_capacity(event.id, factories.pool(event).id, 3, SYSTEM)
    mails()
    cancel(target(parts(event)[2]), ATTENDEE)
    [told] = mails()
    assert "Your registration is now for 2 people" in told
    assert "You have 2 seats" not in told
    assert "You are number" not in told


def test_parts_stand_one_behind_the_other(full):
    event, _ben = full
    cleo = register(event, "Cleo")
    assert [factories.place_in_line(one) for one in (*parts(event), cleo)] == [1, 2, 3, 4]
    told = [why_registration(db.session(), one)[0].sentence for one in parts(event)]
    assert ["number 2" in sentence for sentence in told] == [False, True, False]


@pytest.mark.parametrize("at_once", [True, False])
def test_whoever_moves_is_not_told_that_anybody_cancelled(app, at_once):
    workshop, meeting = make_event(capacity=1), make_event(capacity=1, title="Meeting")
    ada = register(workshop, "Ada", email=ADA)
    ben = None if at_once else register(meeting, "Ben")
    mails()
    move(target(ada), meeting.id, {})
    if ben is not None:
        cancel(target(ben), ATTENDEE)
        sweep()
    told = [(text_of(mail), calendar_of(mail)) for address, mail in sent() if address == ADA]
    [(left, calendar)] = [one for one in told if "you switched to another event" in one[0]]
    assert calendar["METHOD"] == "CANCEL"
    assert "register again" not in left
    assert not any("cancelled" in text for text, _calendar in told)
    assert any("You now have a seat" in text or "Your seat is confirmed" in text for text, _calendar in told)


def test_whoever_moves_back_has_a_newer_calendar_entry(app):
    workshop, meeting = make_event(capacity=2), make_event(capacity=2, title="Meeting")
    ada = register(workshop, "Ada", email=ADA)
    move(target(ada), meeting.id, {})
    [there] = parts(meeting)
    move(target(there), workshop.id, {})
    old, new = db.session.query(Registration).filter_by(event_id=workshop.id).order_by(Registration.id)
    assert new.calendar_sequence > old.calendar_sequence


def test_a_party_that_moves_stays_together_until_that_is_done(app):
    workshop, meeting = make_event(capacity=2), make_event(capacity=2, title="Meeting")
    register(workshop, "Ben", party=2)
    register(meeting, "Ben", party=2)
    ada = register(workshop, "Ada", party=2, email=ADA)
    move(target(ada), meeting.id, {})
    for one in (ada, parts(meeting)[0]):
        with pytest.raises(NotNow):
            split(target(one), ATTENDEE)
    assert len(parts(meeting)) == 1


def test_a_firm_may_not_have_less_than_is_kept_for_it(app):
    event = make_event(capacity=10)
    set_firm(event.id, FirmTerms("Agfa", cap=4, allotted=3), SYSTEM)
    [pool_id] = [one.id for one in db.session.query(Pool).filter_by(kind="firm")]
    db.session.rollback()
    with pytest.raises(CapacityOutOfRange):
        change_capacity(event.id, pool_id, 2, SYSTEM)
    change_capacity(event.id, pool_id, 3, SYSTEM)


def test_no_promotion_is_promised_where_the_event_is_called_off(app):
    event = make_event(capacity=1)
    register(event, "Ben")
    ada = register(event, "Ada", email=ADA)
    closing.cancel_event(event.id, SYSTEM)
    seen = preview(db.session(), event.id, factories.pool(event).id, Terms(5))
    assert seen.promoted == []
    assert change_capacity(event.id, factories.pool(event).id, 5, SYSTEM) == 0
    db.session.rollback()
    reasons = [*why_event(db.session(), db.session.get_one(Event, event.id))]
    reasons += why_registration(db.session(), db.session.get_one(Registration, ada.id))
    told = " ".join(one.sentence for one in reasons)
    assert "nobody gets a seat any more" in told
    assert "promoted with the next change" not in told
    [in_line] = waitlist(db.session(), event.id, lambda total: slice(0, total))
    assert "nobody gets a seat any more" in in_line.why
    assert state(ada) == "waitlisted"


def test_whoever_moves_takes_along_what_the_other_event_asks_too(app):
    diet = QuestionFacts("Diet")
    dish = QuestionFacts("Dish", "choice", choices=("fish", "vegan"))
    other_dish = QuestionFacts("Dish", "choice", choices=("meat", "fish"))
    access = QuestionFacts("Access", is_sensitive=True, purpose="To help", retention="A week")
    workshop = make_event(capacity=2, questions=(diet, dish, access, QuestionFacts("Only here")))
    meeting = make_event(
        capacity=2, title="Meeting", questions=(access, other_dish, QuestionFacts("Only there"))
    )
    asked = dict(zip(("diet", "dish", "access", "here"), workshop.questions, strict=True))
    given = {"diet": "all", "dish": "vegan", "access": "ramp", "here": "yes"}
    answers = tuple((asked[name], value) for name, value in given.items())
    ada = register(workshop, "Ada", email=ADA, answers=answers)
    move(target(ada), meeting.id, {})
    [there] = parts(meeting)
    found = db.session.query(Answer).filter_by(attendee_id=attendees(there)[0].id)
    assert [(one.question_id, one.value) for one in found] == [(meeting.questions[0], "ramp")]
