"""When a mail that did not go out is tried again."""

import random
import secrets
from datetime import datetime, timedelta

SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(hours=48)

# A wait lies between three quarters and all of its step, so the first is never below a minute.
_JITTER = 0.75
_FIRST_STEP = SHORTEST_WAIT / _JITTER
_STEPS_TO_LONGEST = 16
_ANY = secrets.SystemRandom()


def next_try(tries: int, now: datetime, created_at: datetime, rng: random.Random = _ANY) -> datetime | None:
    """Return when to try again after *tries* failed tries, or None when the mail has failed.

    Steps double from about one minute to six hours. The jitter keeps mails that failed together
    from coming back together. One last try falls on the 48th hour itself.
    """
    deadline = created_at + GIVE_UP_AFTER
    if now >= deadline:
        return None
    doublings = min(max(tries - 1, 0), _STEPS_TO_LONGEST)
    step = min(LONGEST_WAIT, _FIRST_STEP * 2.0**doublings)
    wait = step * rng.uniform(_JITTER, 1.0)
    return now + min(wait, max(deadline - now, SHORTEST_WAIT))
