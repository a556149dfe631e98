"""The pure rules of seats: who fits, and until when an offer may be answered."""

from datetime import UTC, datetime

import pytest

from registration.seats import rules
from registration.seats.rules import Room, Waiting


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "deadline"),
    [
        # Brussels is an hour ahead of UTC in winter; 22 to 8 does not count.
        ("2026-11-25T10:00", 24, "2026-11-26T20:00"),
        ("2026-11-25T22:30", 2, "2026-11-26T09:00"),
        ("2026-11-25T10:30", 4, "2026-11-25T14:30"),
        # The night the clocks go back has an hour more, in which nobody must answer either.
        ("2026-10-24T19:00", 2, "2026-10-25T08:00"),
    ],
)
def test_quiet_hours_do_not_count(now, hours, deadline):
    found = rules.offer_deadline(at(now), hours, 22, 8, "Europe/Brussels", at("2027-01-01T00:00"))
    assert found == at(deadline)


def test_an_offer_never_outlasts_the_beginning():
    begins = at("2026-11-25T12:00")
    assert rules.offer_deadline(at("2026-11-25T10:00"), 24, None, None, "UTC", begins) == begins


EVENT, FIRM = 1, 2


def test_what_is_kept_is_for_whom_it_is_kept():
    rooms = {EVENT: Room(free=3, kept=2), FIRM: Room(free=9, own=2)}
    assert rules.fits({EVENT: 1}, rooms)
    assert not rules.fits({EVENT: 2}, rooms)
    assert rules.fits({EVENT: 2, FIRM: 2}, rooms)
    assert rules.fits({EVENT: 3, FIRM: 3}, rooms)
    assert not rules.fits({EVENT: 4, FIRM: 4}, rooms)


def test_a_firm_uses_what_is_kept_for_it_first():
    rooms = {EVENT: Room(free=3, kept=2), FIRM: Room(free=9, own=2)}
    rules.occupy({EVENT: 2, FIRM: 2}, rooms)
    assert (rooms[EVENT], rooms[FIRM]) == (Room(free=1, kept=0), Room(free=7, own=0))


def test_first_fit_passes_over_and_strict_reserves():
    line = [Waiting(1, {EVENT: 3}), Waiting(2, {EVENT: 1})]
    rooms = {EVENT: Room(free=2)}
    assert [one.registration_id for one in rules.admitted(rooms, line, rules.FIRST_FIT)] == [2]
    assert rules.admitted(rooms, line, rules.STRICT) == []
    assert rooms[EVENT].free == 2


def test_planned_overbooking_is_rounded_down():
    assert rules.wanted(120, 5, is_percent=False) == 125
    assert rules.wanted(50, 5, is_percent=True) == 52
