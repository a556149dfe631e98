"""When to ask who still comes, and until when to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.reconfirm.rules import SHORTEST, asks_at, deadline_at, is_time_to_ask

STARTS = datetime(2027, 3, 11, 18, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = STARTS - 300 * DAY


def test_it_is_asked_its_days_before_or_when_the_plan_is_made_if_that_is_later():
    assert asks_at(STARTS, 14, LONG_AGO) == STARTS - 14 * DAY
    assert asks_at(STARTS, 14, STARTS - 5 * DAY) == STARTS - 5 * DAY


def test_the_deadline_is_its_days_before_and_leaves_a_day_to_who_is_asked_late():
    assert deadline_at(STARTS, 7, STARTS - 14 * DAY) == STARTS - 7 * DAY
    assert deadline_at(STARTS, 7, STARTS - 6 * DAY) == STARTS - 6 * DAY + SHORTEST
    assert deadline_at(STARTS, 0, STARTS - timedelta(hours=3)) == STARTS


@pytest.mark.parametrize(
    ("before", "is_time"),
    [(15 * DAY, False), (14 * DAY, True), (2 * DAY, True), (DAY, True), (timedelta(hours=23), False)],
)
def test_it_is_asked_from_its_time_until_nobody_could_answer_in_time(before, is_time):
    assert is_time_to_ask(STARTS, 14, LONG_AGO, STARTS - before) is is_time
