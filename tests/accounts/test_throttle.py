"""The window that slides."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.accounts.throttle import Throttle, remote_key

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_tries_leave_the_window_one_by_one() -> None:
    throttle = Throttle(window=10 * MINUTE)
    taken = [throttle.take(NOON + n * 4 * MINUTE, {"ada": 2}) for n in range(5)]
    assert taken == [True, True, False, True, True]


def test_a_refused_try_counts_for_no_key() -> None:
    throttle = Throttle()
    assert throttle.take(NOON, {"ada": 1})
    assert not throttle.take(NOON, {"ada": 1, "machine": 1})
    assert throttle.take(NOON, {"machine": 1})


def test_a_try_given_back_is_free() -> None:
    throttle = Throttle()
    assert throttle.take(NOON, {"ada": 1})
    throttle.give_back(NOON, "ada")
    assert throttle.take(NOON, {"ada": 1})


def test_made_up_keys_do_not_fill_the_memory() -> None:
    throttle = Throttle(most_keys=100)
    for n in range(1000):
        throttle.take(NOON, {f"person{n}": 1})
    assert len(throttle._tries) == 100
    assert not throttle.take(NOON, {"person999": 1})


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_user_is_known_by_her_network(address: str | None, key: str) -> None:
    assert remote_key(address) == key
