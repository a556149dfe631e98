"""Waiting longer and longer, and giving up after two days."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from registration.mail.rules import GIVE_UP_AFTER, LONGEST_WAIT, SHORTEST_WAIT, next_try

CREATED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def all_tries(seed: int) -> list[datetime]:
    rng = random.Random(seed)
    tries = [CREATED]
    while (due := next_try(len(tries), tries[-1], CREATED, rng)) is not None:
        tries.append(due)
    return tries


@pytest.mark.parametrize("seed", range(20))
def test_every_wait_lies_between_one_minute_and_six_hours(seed: int) -> None:
    tries = all_tries(seed)
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert min(waits) >= SHORTEST_WAIT
    assert max(waits) <= LONGEST_WAIT


@pytest.mark.parametrize("seed", range(20))
def test_the_last_try_falls_on_the_48th_hour(seed: int) -> None:
    tries = all_tries(seed)
    end = CREATED + GIVE_UP_AFTER
    assert end <= tries[-1] < end + SHORTEST_WAIT
    assert 12 <= len(tries) <= 25


def test_a_mail_that_is_48_hours_old_has_failed() -> None:
    assert next_try(1, CREATED + GIVE_UP_AFTER, CREATED, random.Random(1)) is None


def test_the_first_wait_is_about_a_minute_even_when_no_try_counted() -> None:
    for tries in (0, 1):
        due = next_try(tries, CREATED, CREATED, random.Random(1))
        assert due is not None
        assert timedelta(minutes=1) <= due - CREATED <= timedelta(seconds=80)


def test_waits_grow_to_hours() -> None:
    due = next_try(1_000_000, CREATED, CREATED, random.Random(1))
    assert due is not None
    assert timedelta(hours=4.5) <= due - CREATED <= timedelta(hours=6)


def test_mails_that_failed_together_do_not_come_back_together() -> None:
    rng = random.Random(7)
    assert len({next_try(5, CREATED, CREATED, rng) for _ in range(50)}) == 50


def test_the_last_try_is_never_sooner_than_a_minute() -> None:
    now = CREATED + GIVE_UP_AFTER - timedelta(seconds=1)
    assert next_try(9, now, CREATED, random.Random(1)) == now + SHORTEST_WAIT


def test_a_mail_from_the_future_waits_no_longer_than_others() -> None:
    due = next_try(9, CREATED, CREATED + timedelta(days=3), random.Random(1))
    assert due is not None
    assert due - CREATED <= LONGEST_WAIT
