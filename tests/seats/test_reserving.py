"""The rule of a strict line, and how its ledger is read: values in, decision out."""

from hypothesis import given
from hypothesis import strategies as st

from registration.core import clock
from registration.seats import ledger, rules
from registration.seats.ledger_audit import read
from registration.seats.rules import Room, Waiting

EVENT, PRESS, NORD = 1, 2, 3


def walked(rooms: rules.Rooms, *needs: dict[int, int]) -> list[int]:
    line = [Waiting(number, need) for number, need in enumerate(needs, start=1)]
    return [one.registration_id for one in rules.admitted(rooms, line, rules.STRICT)]


def test_who_does_not_fit_reserves_what_there_is():
    assert walked({EVENT: Room(4)}, {EVENT: 5}, {EVENT: 1}) == []
    assert walked({EVENT: Room(9), PRESS: Room(0)}, {EVENT: 1, PRESS: 1}, {EVENT: 8}, {EVENT: 1}) == [2]
    assert walked({EVENT: Room(2), PRESS: Room(1)}, {EVENT: 3, PRESS: 1}, {EVENT: 1, PRESS: 1}) == []


def test_who_can_never_fit_reserves_nothing():
    assert walked({EVENT: Room(4, most=10), PRESS: Room(1, most=1)}, {EVENT: 2, PRESS: 2}, {EVENT: 4}) == [2]
    assert walked({EVENT: Room(4, most=4)}, {EVENT: 5}, {EVENT: 4}) == [2]


def test_a_firm_reserves_out_of_what_is_kept_for_it_first():
    rooms = {EVENT: Room(4, kept=2), NORD: Room(9, own=2)}
    # Three of the firm wait for a category that is full: two of their seats are kept for them anyway.
    line = {EVENT: 3, NORD: 3, PRESS: 1}, {EVENT: 1}, {EVENT: 1}
    assert walked({**rooms, PRESS: Room(0)}, *line) == [2]


NEEDS = st.fixed_dictionaries(
    {EVENT: st.integers(1, 4)}, optional={PRESS: st.integers(1, 4), NORD: st.integers(1, 4)}
)


FEW = st.integers(0, 3)


@given(
    st.lists(NEEDS, max_size=6), st.integers(0, 8), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)
)
def test_all_together_reserve_what_they_reserve_one_after_the_other(line, free, press, own, reserve):
    def rooms() -> rules.Rooms:
        return {EVENT: Room(free, kept=own + reserve), PRESS: Room(press), NORD: Room(9, own=own)}

    line = [{**needs, EVENT: max(needs.values())} for needs in line]
    one_by_one, together = rooms(), rooms()
    for needs in line:
        rules.reserve(needs, one_by_one)
    total = {pool: sum(needs.get(pool, 0) for needs in line) for pool in (EVENT, PRESS, NORD)}
    rules.reserve(total, together)
    for pool, need in ((EVENT, {EVENT: 1}), (PRESS, {EVENT: 1, PRESS: 1}), (NORD, {EVENT: 1, NORD: 1})):
        assert rules.fits(need, one_by_one) == rules.fits(need, together), pool
    assert one_by_one[EVENT].free == together[EVENT].free


def old_line(place: int, size: int, before: str, after: str) -> ledger.Line:
    return ledger.Line(ledger.STATE, place, 0, size, 0, {EVENT: size}, before, after)


def chain(*lines: ledger.Line) -> list[ledger.NumberedLine]:
    entries: list[ledger.NumberedLine] = []
    for number, line in enumerate(lines, start=1):
        at = clock.now()
        previous = entries[-1].hash if entries else ""
        entries.append(ledger.NumberedLine(number, at, line, ledger.chained(previous, number, at, line)))
    return entries


def test_a_ledger_of_before_verifies_by_the_rule_of_then():
    blocked = (
        old_line(1, 2, "", "confirmed"),
        old_line(2, 5, "", "waitlisted"),
        old_line(3, 1, "", "waitlisted"),
    )
    assert read(chain(*blocked), rules.STRICT).holds
    jumped = read(chain(*blocked, old_line(3, 1, "waitlisted", "confirmed")), rules.STRICT)
    assert [(one.place, one.later) for one in jumped.passed] == [(2, 3)]
    # From the line on that says how many seats there are, who does not fit reserves: ten leave two over.
    limits = ledger.Line(ledger.WANTED, 0, 0, 0, 0, {EVENT: 10}, "", "")
    assert read(chain(*blocked, limits, old_line(3, 1, "waitlisted", "confirmed")), rules.STRICT).holds
    few = ledger.Line(ledger.WANTED, 0, 0, 0, 0, {EVENT: 6}, "", "")
    assert not read(chain(*blocked, few, old_line(3, 1, "waitlisted", "confirmed")), rules.STRICT).holds
