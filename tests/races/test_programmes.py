"""Forms for overlapping events at the same moment: no deadlock, no seat twice, together or not at all."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import select

from registration.booking.admission.services import NotTogether, Receipt
from registration.booking.models import Booking
from registration.booking.rules import Wish
from registration.core.database import db
from registration.doctor.examine import examine
from registration.seats.models import Registration
from tests.factories import application, pool
from tests.races.test_equal_submits import sent_at_once


def for_events(*made, together: bool, name: str):
    """Return a form of a party of two for several events, named in any order."""
    asked = application(made[0], name, party=2)
    people = asked.wishes[0].people
    return replace(asked, wishes=tuple(Wish(one.id, people) for one in made), together=together)


def test_overlapping_forms_at_once_seat_nobody_twice_and_nobody_by_half(app, make_event):
    first, second, third = (make_event(capacity=9, title=title) for title in ("First", "Second", "Third"))
    pairs = ((first, second), (second, third), (third, first), (third, second, first))
    forms = [
        for_events(*pairs[number % 4], together=number % 2 == 0, name=f"{'T' if number % 2 == 0 else 'E'}")
        for number in range(24)
    ]
    answers = sent_at_once(app, forms)
    told = Counter(type(one) for one in answers)
    assert set(told) <= {Receipt, NotTogether}, answers
    assert told[Receipt] >= 12
    for event in (first, second, third):
        # Pairs at nine seats: one seat may stay free, never two.
        assert pool(event).taken == 8
    rows = db.session.execute(
        select(Booking.id, Registration.state)
        .join(Registration, Registration.booking_id == Booking.id)
        .where(Booking.name == "T")
    )
    assert {state for _booking, state in rows} <= {"confirmed"}
    assert [one.sentences for one in examine(db.engine) if not one.holds] == []


def test_the_same_form_for_several_events_sent_many_times_is_one(app, make_event):
    made = [make_event(capacity=9, title=f"Event {number}") for number in range(3)]
    same = for_events(*made, together=False, name="Ada")
    answers = sent_at_once(app, [same] * 20)
    assert len({one.token for one in answers if isinstance(one, Receipt)}) == 1
    assert Counter(type(one) for one in answers) == {Receipt: 20}
    db.session.rollback()
    assert len(db.session.scalars(select(Registration.id)).all()) == 3
