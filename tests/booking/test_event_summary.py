"""What is said of an event is put together once, for whoever is told of it."""

from dataclasses import fields

import pytest

from registration.accounts.models import Organiser
from registration.booking.form.spec import FormSpec
from registration.booking.queries.bookings import Seat, seat
from registration.core.database import db
from registration.events.models import Event
from registration.events.summary import EventFacts, EventSummary, summary_of
from registration.invitations.queries import Invite
from registration.seats.models import Registration
from tests.factories import make_event, register


@pytest.mark.parametrize(
    ("who", "what"), [(Seat, EventSummary), (Invite, EventSummary), (FormSpec, EventFacts)]
)
def test_who_is_told_of_an_event_holds_no_copy_of_its_facts(who, what):
    assert issubclass(who, what)
    assert not {one.name for one in fields(what)} & set(vars(who)["__annotations__"])


def test_a_summary_and_a_seat_say_what_the_event_says(page_app):
    ada = register(make_event())
    event = db.session.get_one(Event, db.session.get_one(Registration, ada.id).event_id)
    told = summary_of(event, db.session.get_one(Organiser, event.organiser_id), "en")
    assert set(told) == {one.name for one in fields(EventSummary)}
    assert EventSummary(**told).title == event.texts[0].title
    found = seat(db.session(), ada.id, "en")
    assert {name: getattr(found, name) for name in told} == told
