"""Whom silence would cost the seat is asked once more before it does, and then told what happened."""

from datetime import timedelta

import pytest

from registration.core import clock
from registration.journal.services import SYSTEM
from registration.reconfirm.chores import reconfirm
from registration.reconfirm.rules import reminds_at
from registration.reconfirm.services import answer, plan
from tests.factories import make_event, register, state
from tests.mailbox import sent_to

ADA = "ada@example.org"


@pytest.fixture
def booked(app):
    """Ada's seat at an event in thirty days, with silence costing it ten days before."""
    event = make_event(starts_in=timedelta(days=30))
    registration = register(event, "Ada", email=ADA)
    plan(event.id, 20, 10, frees_seat=True, actor=SYSTEM)
    return registration


def at(days: float):
    """Run what is due *days* from now."""
    now = clock.now() + timedelta(days=days)
    with clock.running(lambda: now):
        reconfirm()
        return [subject for subject, _text in sent_to(ADA)]


def test_who_is_silent_is_asked_once_more_two_days_before(booked):
    assert at(11)[-1].startswith("Are you still coming?")
    assert len(at(17)) == 2
    assert at(18.5)[-1].startswith("Reminder: answer by")
    # Once more is once.
    assert len(at(19)) == 3
    with clock.running(lambda: clock_after(21)):
        reconfirm()
        subject, text = sent_to(ADA)[-1]
    assert subject.startswith("Your seat was released:")
    assert "had no answer by" in text
    assert "organiser cancelled" not in text
    assert state(booked) == "cancelled"


def clock_after(days: float):
    return _NOW + timedelta(days=days)


_NOW = clock.now()


def test_who_answered_is_not_asked_again(booked):
    at(11)
    answer(booked.id, "yes")
    assert len(at(18.5)) == 2


def test_a_short_time_is_halved():
    asked = clock.now()
    deadline = asked + timedelta(hours=24)
    assert reminds_at(asked, deadline) == asked + timedelta(hours=12)
    assert reminds_at(asked, asked + timedelta(days=10)) == asked + timedelta(days=8)


@pytest.mark.parametrize("days", [20.02, 25, 29.9])
def test_a_worker_that_was_away_asks_once_more_before_it_frees(booked, days):
    at(11)
    assert at(days)[-1].startswith("Reminder: answer by")
    assert state(booked) == "confirmed"
    at(days + 0.4)
    assert state(booked) == "confirmed"
    at(days + 0.6)
    # When it has begun a seat that is freed helps nobody.
    assert state(booked) == ("cancelled" if days < 29 else "confirmed")


def test_who_is_asked_once_more_shortly_before_has_half_a_day(booked):
    at(11)
    at(19.9)
    at(20.1)
    assert state(booked) == "confirmed"
    at(20.5)
    assert state(booked) == "cancelled"
