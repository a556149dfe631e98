"""Where an event limits how many come from one firm, nobody gets round it by correcting or handing on."""

import pytest
from sqlalchemy import update

from registration.booking.changes.change_address import ask_address, confirm_address
from registration.booking.changes.edit import FirmFull, change_people
from registration.booking.changes.handover import Successor, Taking, hand_over, take_over
from registration.booking.changes.written import Corrected
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.seats.models import Queue
from tests.booking.arranging import troubles
from tests.booking.changes.test_editing import attendees
from tests.factories import make_event, register, target


def capped(by="name"):
    """Make an event that lets in one person of each firm."""
    event = make_event(capacity=5)
    values = {"firm_cap": 1, "firm_cap_by": by, "limits_firms": True}
    write_tx(
        lambda session: session.execute(update(Queue).where(Queue.event_id == event.id).values(**values))
    )
    return event


def test_a_corrected_firm_counts_from_then_on(app):
    event = capped()
    ada = register(event, "Ada", firm="Agfa")
    change_people(target(ada), [Corrected(attendees(ada)[0].id, "Ada", "", "Miers")], ATTENDEE)
    register(event, "Ben", firm="Agfa")
    assert troubles() == []


def test_nobody_corrects_herself_into_a_firm_that_is_full(app):
    event = capped()
    register(event, "Ben", firm="Miers")
    ada = register(event, "Ada", firm="Agfa")
    with pytest.raises(FirmFull):
        change_people(target(ada), [Corrected(attendees(ada)[0].id, "Ada", "", "miers")], ATTENDEE)
    assert attendees(ada)[0].firm == "Agfa"
    assert troubles() == []


def test_no_seat_is_handed_to_a_firm_that_is_full(app):
    event = capped()
    register(event, "Ben", firm="Miers")
    ada = register(event, "Ada", firm="Agfa")
    hand_over(
        target(ada), attendees(ada)[0].id, Successor("Cleo", "cleo@example.org", "Miers", "en"), ATTENDEE
    )
    with pytest.raises(FirmFull):
        take_over(1, event.id, Taking("Cleo", "Miers", "en", (), ()))
    assert take_over(1, event.id, Taking("Cleo", "Barco", "en", (), ())) is not None
    assert troubles() == []


def test_a_new_address_counts_for_its_domain(app):
    event = capped(by="domain")
    register(event, "Ben", email="ben@miers.example")
    ada = register(event, "Ada", email="ada@agfa.example")
    ask_address(ada.booking_id, "ada@miers.example")
    with pytest.raises(FirmFull):
        confirm_address(ada.booking_id, [event.id])
    ask_address(ada.booking_id, "ada@barco.example")
    confirm_address(ada.booking_id, [event.id])
    assert attendees(ada)[0].email == "ada@barco.example"
    assert troubles() == []
