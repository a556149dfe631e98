"""Addresses that say what a mail to them is about, and prove that we made them."""

import pytest

from registration.mail.addresses import number_in, numbered

BASE = "Bounces@events.example.org"


def test_what_we_made_we_read_again(page_app):
    made = numbered(BASE, "bounce", 17)
    assert number_in(made, BASE, "bounce") == 17
    assert number_in(f" {made.upper()} ", BASE, "bounce") == 17


def test_it_fits_into_a_local_part(page_app):
    assert len(numbered(BASE, "bounce", 10**12).partition("@")[0]) <= 64


def test_a_number_of_ones_own_choice_is_not_ours(page_app):
    made = numbered(BASE, "bounce", 17)
    assert number_in(made.replace("+17.", "+18."), BASE, "bounce") is None


def test_what_was_made_for_one_thing_is_good_for_no_other(page_app):
    assert number_in(numbered(BASE, "reply", 17), BASE, "bounce") is None
    assert number_in(numbered("events@example.org", "bounce", 17), BASE, "bounce") is None


@pytest.mark.parametrize(
    "found",
    ["", "@", "bounces@events.example.org", "bounces+@events.example.org", "bounces+1.@x", "\x00+1.a@b"],
)
def test_anything_else_is_no_number(page_app, found):
    assert number_in(found, BASE, "bounce") is None


def test_an_older_secret_still_verifies(page_app):
    made = numbered(BASE, "bounce", 17)
    page_app.config["SECRET_KEY_FALLBACKS"] = [page_app.config["SECRET_KEY"]]
    page_app.config["SECRET_KEY"] = "another secret for tests, long enough too"
    assert number_in(made, BASE, "bounce") == 17
    page_app.config["SECRET_KEY_FALLBACKS"] = []
    assert number_in(made, BASE, "bounce") is None
