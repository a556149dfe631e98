"""How many registrations of one event an address may have: one, or as many as MAX_PER_ADDRESS says."""

import pytest

from registration.booking.admission.services import register as register_application
from registration.booking.changes.change_address import AddressTaken, ask_address, confirm_address
from registration.booking.changes.contact_again import correct_address
from registration.core.refusal import Refusal
from registration.journal.services import Actor
from tests.factories import application, cancel_registration, make_event, register, registration_of, target

ADA = "ada@example.org"


def tried(event, **values) -> bool:
    """Register Ada once more; say whether she got another link."""
    return register_application(application(event, email=ADA, **values)).token is not None


@pytest.mark.parametrize("most", [1, 3])
def test_an_address_has_as_many_registrations_as_it_may(app, most):
    app.config["MAX_PER_ADDRESS"] = most
    event, other = make_event(capacity=9), make_event(capacity=9, title="Another")
    assert [tried(event) for _one in range(most + 1)] == [True] * most + [False]
    # Each event for itself, and one that ended makes room.
    first = registration_of(register_application(application(other, email=ADA)))
    cancel_registration(first)
    assert tried(other)


def test_a_group_that_was_split_is_one_registration_of_its_address(app):
    app.config["MAX_PER_ADDRESS"] = 2
    event = make_event(capacity=1)
    assert tried(event, party=3, flexible=True)
    assert [tried(event), tried(event)] == [True, False]


@pytest.mark.parametrize("most", [1, 2])
def test_no_other_way_leads_past_the_limit(app, most):
    app.config["MAX_PER_ADDRESS"] = most
    event = make_event(capacity=9)
    for _one in range(most - 1):
        register(event, email=ADA)
    ben, cleo = register(event, "Ben"), register(event, "Cleo")
    ask_address(ben.booking_id, ADA)
    confirm_address(ben.booking_id, [event.id])
    ask_address(cleo.booking_id, ADA)
    with pytest.raises(AddressTaken):
        confirm_address(cleo.booking_id, [event.id])
    with pytest.raises(Refusal, match="is already registered"):
        correct_address(target(cleo), ADA, Actor("organiser"))
