"""Who may register for what: by access code and by invitation, decided by the service."""

from dataclasses import replace

import pytest

from registration.booking.admission.access import CodeRefused, NotInvited
from registration.booking.admission.services import register
from registration.booking.rules import Person, Wish
from registration.events.rules import opens
from registration.journal.services import SYSTEM, organiser_actor
from registration.organiser.access.services import WaysIn, change_ways_in
from tests import factories
from tests.factories import application, make_event


@pytest.fixture
def event(app):
    return make_event(capacity=5, categories={"Member": None, "Press": None})


def change(event, **values):
    """Change the ways in as the organiser does."""
    change_ways_in(event.id, WaysIn(**values), SYSTEM)


def asked(event, category="Member", **values):
    """Return what a person asks for who typed a code."""
    return replace(application(event, category=category), **values)


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        ("GALA-2027", True),
        ("gala-2027", True),
        ("other GALA-2027", True),
        ("other,gala-2027", True),
        ("GALA-202", False),
        ("GALA-20277", False),
        ("", False),
        ("GALA 2027", False),
        ("gala-2027\ud800", False),
    ],
)
def test_a_code_opens_whatever_its_capitals_and_beside_others(typed, is_right):
    assert opens("GALA-2027", typed) is is_right


def test_without_the_code_of_the_event_nobody_registers(event):
    change(event, access_code="Gala-2027")
    for typed in ("", "gala-2028"):
        with pytest.raises(CodeRefused) as refused:
            register(asked(event, code=typed))
        assert refused.value.field == "code"
    assert register(asked(event, code="GALA-2027")).token


def test_a_category_with_a_code_opens_to_who_has_it_and_the_others_need_none(event):
    change(event, category_codes={event.categories["Press"]: "press-2027"})
    assert register(asked(event, "Member")).token
    with pytest.raises(CodeRefused):
        register(asked(event, "Press"))
    assert register(asked(event, "Press", code="press-2027")).token


def test_an_event_and_its_category_may_each_have_a_code(event):
    change(event, access_code="gala-2027", category_codes={event.categories["Press"]: "press-2027"})
    with pytest.raises(CodeRefused):
        register(asked(event, "Press", code="press-2027"))
    with pytest.raises(CodeRefused):
        register(asked(event, "Press", code="gala-2027"))
    assert register(asked(event, "Press", code="gala-2027 press-2027")).token


def test_an_event_by_invitation_takes_nobody_from_the_public_form(event):
    change(event, by_invitation=True)
    with pytest.raises(NotInvited, match="by invitation only"):
        register(asked(event))


def test_an_organiser_lets_in_whom_she_likes(event):
    change(event, by_invitation=True, access_code="gala-2027")
    factories.make_account("boss@example.org", "owner")
    boss = organiser_actor(factories.account_id("boss@example.org"))
    assert register(asked(event), boss).token


def test_one_event_of_several_that_needs_a_code_keeps_the_whole_form_out(event):
    other = make_event(title="Dinner")
    change(other, access_code="gala-2027")
    wishes = (*asked(event).wishes, Wish(other.id, (Person("Ada"),)))
    with pytest.raises(CodeRefused):
        register(asked(event, wishes=wishes))
    assert register(asked(event, code="gala-2027", wishes=wishes)).token
