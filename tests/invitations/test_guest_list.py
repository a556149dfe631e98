"""The list of guests, as people paste it or export it from a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.core.text import normal_email
from registration.invitations.rules import (
    ACCEPTED,
    DECLINED,
    UNANSWERED,
    UNSENT,
    WITHDRAWN,
    Guest,
    read_guests,
    stands,
)

ADA = Guest("ada@example.org", "Ada Lovelace")


@pytest.mark.parametrize(
    "line",
    [
        "Ada Lovelace <ada@example.org>",
        '"Ada Lovelace" <ada@example.org>',
        "Ada Lovelace ada@example.org",
        "ada@example.org, Ada Lovelace",
        "ada@example.org;Ada Lovelace",
        "Ada Lovelace\tada@example.org",
        '"Ada Lovelace","ada@example.org"',
        "\ufeffAda Lovelace <ada@example.org>\r\n\r\n",
        "E-mail;Name\nada@example.org;Ada Lovelace",
        "First name,Last name,Firm,E-mail\nAda,Lovelace,Analytical,ada@example.org",
        "Prénom\tNom de famille\tAdresse\nAda\tLovelace\tada@example.org",
    ],
)
def test_a_guest_is_read_from_whatever_it_was_copied_from(line):
    found = read_guests(line)
    assert (found.guests, found.unread) == ((ADA,), ())


@pytest.mark.parametrize(
    ("typed", "unused"),
    [
        ("Name,Firm,E-mail\nAda,Analytical,ada@example.org\nBen,,ben@example.org", ("Firm",)),
        ("Ada, ada@example.org, 2, vegan\nBen, ben@example.org, 1, 7, vegan", ("vegan",)),
        ("Ada <ada@example.org>\nben@example.org; cleo@example.org\n", ()),
    ],
)
def test_what_is_not_read_is_told_once(typed, unused):
    assert read_guests(typed).unused == unused


def test_several_addresses_may_stand_in_one_line():
    found = read_guests("ada@example.org; Ben <ben@example.org>; cleo@example.org")
    assert [one.email for one in found.guests] == ["ada@example.org", "ben@example.org", "cleo@example.org"]
    assert found.guests[1].name == "Ben"


def test_how_many_each_may_bring_and_her_language_are_read_from_their_columns():
    found = read_guests("email,name,guests,language\nada@example.org,Ada,1,fr\nben@example.org,Ben,,")
    assert found.guests == (Guest("ada@example.org", "Ada", 1, "fr"), Guest("ben@example.org", "Ben"))
    assert read_guests("ada@example.org,Ada,2").guests == (Guest("ada@example.org", "Ada", 2),)


def test_the_same_address_is_one_guest_with_all_that_its_lines_say():
    found = read_guests("ada@example.org\nAda <Ada@EXAMPLE.org>, 1\nada@example.org, Countess, 3")
    assert found.guests == (Guest("ada@example.org", "Ada", 3),)


def test_lines_without_an_address_are_told_with_their_number():
    found = read_guests("ada@example.org\n\nBen without address\nx@@y\n@example.org")
    assert [one.email for one in found.guests] == ["ada@example.org"]
    assert found.unread == ((3, "Ben without address"), (4, "x@@y"), (5, "@example.org"))


def test_what_is_too_long_or_unreadable_is_no_guest():
    for line in (f"{'a' * 250}@example.org", f"{'A' * 101} <ada@example.org>", "A\x00da <ada@example.org>"):
        assert read_guests(line).guests == ()
        assert len(read_guests(line).unread) == 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_nothing_that_is_pasted_breaks_it(typed):
    found = read_guests(typed)
    addresses = [normal_email(one.email) for one in found.guests]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, UNSENT),
        ({"is_sent": True}, UNANSWERED),
        ({"is_sent": True, "is_declined": True}, DECLINED),
        ({"is_sent": True, "has_ended": True}, DECLINED),
        ({"is_sent": True, "is_active": True, "is_declined": True}, ACCEPTED),
        ({"is_sent": True, "is_withdrawn": True}, WITHDRAWN),
        ({"is_sent": True, "is_withdrawn": True, "is_active": True}, ACCEPTED),
    ],
)
def test_how_an_invitation_stands_comes_of_what_is_known(facts, word):
    none = dict.fromkeys(("is_active", "has_ended", "is_declined", "is_withdrawn", "is_sent"), False)
    assert stands(**(none | facts)) == word
