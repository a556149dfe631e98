"""Work that goes on in the background, round after round, whatever one of them met."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import current_app

from registration.core.database import db
from registration.core.transaction import Unavailable

log = logging.getLogger(__name__)
# Where an application keeps what failed, until when it waits (time.monotonic), and how often it has.
_FAILED = "registration_failed_chores"
_LONGEST_WAIT = 600.0


def go_round(jobs: Sequence[Callable[[], int]], stop: threading.Event, pause: Callable[[], object]) -> None:
    """Do *jobs* in turn until *stop* is set; a database that is away is waited for.

    A job returns how much it did; when none did anything, *pause* is called before the next round.
    """
    while not stop.is_set():
        if not sum([_done(job) for job in jobs]):
            pause()


def each(work: Callable[[Any], int], things: Iterable[Any], what: str) -> int:
    """Do *work* for each of *things*, one whatever another met; return how much was done.

    *what* they are is for the log. What failed is tried again in a while, longer each time: the others do
    not wait for it. Raises Unavailable when the database takes none of them.
    """
    done, tried, away = 0, 0, None
    failed: dict[tuple[str, Any], tuple[float, int]] = current_app.extensions.setdefault(_FAILED, {})
    for thing in things:
        key = (what, thing)
        waits_until, count = failed.get(key, (0.0, 0))
        if time.monotonic() < waits_until:
            continue
        tried += 1
        try:
            done += work(thing)
            failed.pop(key, None)
            continue
        except Unavailable as unavailable:
            # This one may be locked; two that cannot be had mean that the database is away.
            if away is not None:
                raise
            away = unavailable
            log.warning("chore waits %s=%s", what, thing)
        except Exception as error:
            if current_app.testing and isinstance(error, AssertionError):
                raise
            log.exception("chore failed %s=%s", what, thing)
        db.session.rollback()
        # At first in the next round; then after 1, 2, 4 … seconds.
        wait = min(2.0 ** (count - 1), _LONGEST_WAIT) if count else 0.0
        failed[key] = (time.monotonic() + wait, min(count + 1, 20))
    if away is not None and tried == 1:
        raise away
    return done


def _done(job: Callable[[], int]) -> int:
    try:
        return job()
    except Unavailable:
        log.warning("worker waits for the database")
    except Exception:
        # Whatever one round met, the next one must come: what is due is late then, never lost.
        log.exception("worker round failed")
    finally:
        db.session.remove()
    return 0
