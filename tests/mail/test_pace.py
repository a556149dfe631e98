"""No faster than the relay allows."""

import pytest

from registration.mail.pace import Pace


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_mails_leave_evenly():
    clock = Clock()
    pace = Pace(4, lambda: clock.at, clock.sleep)
    times = []
    for _mail in range(5):
        pace.wait()
        times.append(clock.at - 100)
    assert times == [0, 0.25, 0.5, 0.75, 1.0]


def test_a_pause_is_not_made_up_for():
    clock = Clock()
    pace = Pace(2, lambda: clock.at, clock.sleep)
    pace.wait()
    clock.at += 60
    pace.wait()
    pace.wait()
    assert clock.at == 160.5


def test_without_a_limit_nothing_waits():
    clock = Clock()
    pace = Pace(0, lambda: clock.at, clock.sleep)
    for _mail in range(5):
        pace.wait()
    assert clock.at == 100


@pytest.mark.parametrize(("per_second", "claimed"), [(0, 20), (100, 20), (0.5, 15), (0.01, 1)])
def test_a_slow_worker_claims_no_more_than_it_sends_within_its_lease(per_second, claimed):
    assert Pace(per_second).batch(20) == claimed
