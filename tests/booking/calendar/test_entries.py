"""A person has one entry of an event: the best of her states, every change counted, sessions named."""

from datetime import timedelta

from sqlalchemy import select

from registration.booking.calendar.entry import own_entry
from registration.booking.calendar.registrations import calendar_registrations
from registration.booking.models import Attendee, AttendeeSession, Booking
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, EventSession
from registration.seats.models import Registration
from tests import factories
from tests.factories import make_event, register

ADA = "ada@example.org"


def entry(event, booking_id=None):
    db.session.rollback()
    registered = calendar_registrations(db.session(), [ADA], [event.id])
    return own_entry(db.session.get_one(Event, event.id), "en", registered, ADA, booking_id)


def add_part(registration, state: str) -> int:
    """Give the registration's booking another part of the party in *state*."""

    def work(session) -> int:
        row = session.get_one(Registration, registration.id)
        part = Registration(
            event_id=row.event_id,
            booking_id=row.booking_id,
            place=row.place,
            part=row.part + 1,
            size=1,
            state=state,
            needs_step=row.needs_step,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )
        session.add(part)
        session.flush()
        return part.id

    return write_tx(work)


def change(registration_id: int, state: str) -> None:
    """Put a registration into *state* as the engine does."""

    def work(session) -> None:
        row = session.get_one(Registration, registration_id)
        row.state, row.changed_at = state, clock.now()
        row.calendar_sequence += 1

    write_tx(work)


def test_the_best_state_of_the_parts_counts_and_every_change_is_counted(app):
    event = make_event(capacity=9)
    ada = register(event, "Ada", email=ADA)
    part = add_part(ada, "waitlisted")
    seen = [entry(event)]
    for registration_id, state in ((ada.id, "cancelled"), (part, "confirmed"), (part, "cancelled")):
        change(registration_id, state)
        seen.append(entry(event))
    assert [one.status for one in seen] == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]
    numbers = [one.sequence for one in seen]
    assert numbers == sorted(set(numbers))
    stamps = [one.changed_at.replace(microsecond=0) for one in seen]
    assert stamps == sorted(set(stamps))


def test_a_booking_that_ended_is_cancelled_though_another_goes_on(page_app):
    event = make_event(capacity=9)
    first = register(event, "Ada", email=ADA)
    factories.cancel_registration(first)
    second = register(event, "Ada", email=ADA)
    assert entry(event, first.booking_id).status == "CANCELLED"
    assert entry(event, second.booking_id).status == "CONFIRMED"
    assert entry(event).status == "CONFIRMED"
    # One number for all who tell of it.
    assert len({entry(event, one).sequence for one in (None, first.booking_id, second.booking_id)}) == 1


def test_each_reason_to_wait_is_said(page_app):
    event = make_event(capacity=9)
    ada = register(event, "Ada", email=ADA)
    for state, words in (
        ("waitlisted", "on the waitlist"),
        ("offered", "Accept it in time"),
        ("pending", "waiting for approval"),
    ):
        change(ada.id, state)
        assert words in entry(event).description
        assert entry(event).status == "TENTATIVE"
    change(ada.id, "unverified")
    assert "confirm your email address" in entry(event, ada.booking_id).description
    assert entry(event).status == "CANCELLED"


def test_the_sessions_that_were_picked_stand_in_their_order(page_app):
    event = make_event(capacity=9)
    ada = register(event, "Ada", email=ADA, party=2)

    def pick(session) -> None:
        starts_at = session.get_one(Event, event.id).starts_at
        people = session.scalars(select(Attendee.id).where(Attendee.registration_id == ada.id)).all()
        for number, name in enumerate(("Second", "First")):
            begins = starts_at + timedelta(hours=1 - number)
            one = EventSession(
                event_id=event.id, name=name, starts_at=begins, ends_at=begins + timedelta(hours=1)
            )
            session.add(one)
            session.flush()
            session.add_all(AttendeeSession(attendee_id=person, session_id=one.id) for person in people)

    write_tx(pick)
    lines = entry(event).description.split("\n")
    assert lines[0] == "Your sessions:"
    assert [line.split(" ", 1)[1] for line in lines[1:]] == ["First", "Second"]
    factories.cancel_registration(ada)
    assert "Your sessions" not in entry(event).description


def test_nothing_of_others_is_in_it(page_app):
    event = make_event(capacity=1)
    register(event, "Ben", email="ben@example.org")
    register(event, "Ada", email=ADA)
    assert entry(event).status == "TENTATIVE"
    assert db.session.scalar(select(Booking.id).where(Booking.email_normal == "ben@example.org"))
