"""The time is aware and in UTC, and tests may set it for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.core import clock

NOON = datetime(2030, 12, 11, 12, tzinfo=UTC)


def test_the_time_is_the_systems_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_set_clock_nests_and_ends_with_its_block() -> None:
    with clock.running(lambda: NOON):
        with clock.running(lambda: NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_a_set_clock_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), clock.running(lambda: NOON):
        raise KeyError
    assert clock.now() != NOON
