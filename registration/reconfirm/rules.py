"""When to ask who still comes, and until when to wait: values in, decision out."""

from datetime import datetime, timedelta

YES = "yes"
NO = "no"
SILENCE = "silence"

# However late a worker asks, nobody has less time than this to answer.
SHORTEST = timedelta(hours=24)
MOST_DAYS = 365
# What most events want: asked so many days before, the answer due so many before.
ASKS_DAYS, ANSWER_DAYS = 14, 7
# How long before the deadline somebody who was silent so far is asked once more, at the earliest.
LATEST_REMINDER = timedelta(days=2)
# However late she is asked once more, nobody has less time than this before silence costs the seat.
AFTER_REMINDER = timedelta(hours=12)


def asks_at(starts_at: datetime, asks_days: int, made_at: datetime) -> datetime:
    """Return when to ask; a plan that was made later than that asks as soon as it is made."""
    return max(starts_at - timedelta(days=asks_days), made_at)


def deadline_at(starts_at: datetime, answer_days: int, asked_at: datetime) -> datetime:
    """Return until when to answer what was asked at *asked_at*; never after the event has begun."""
    return min(max(starts_at - timedelta(days=answer_days), asked_at + SHORTEST), starts_at)


def reminds_at(asked_at: datetime, deadline_at: datetime) -> datetime:
    """Return when to ask once more whom silence would cost the seat: two days before, or half-way."""
    return max(deadline_at - LATEST_REMINDER, asked_at + (deadline_at - asked_at) / 2)


def deadline_after(deadline_at: datetime, reminded_at: datetime, starts_at: datetime) -> datetime:
    """Return until when to answer for whom was asked once more at *reminded_at*."""
    return min(max(deadline_at, reminded_at + AFTER_REMINDER), starts_at)


def is_time_to_ask(starts_at: datetime, asks_days: int, made_at: datetime, now: datetime) -> bool:
    """Say whether to ask now: not before its time, and not when nobody could answer in time."""
    return asks_at(starts_at, asks_days, made_at) <= now <= starts_at - SHORTEST
