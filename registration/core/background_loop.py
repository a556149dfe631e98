"""Work that goes on in the background, round after round, whatever one of them met."""

import logging
import threading
from collections.abc import Callable, Sequence

from registration.core.database import db
from registration.core.transaction import Unavailable

log = logging.getLogger(__name__)


def go_round(jobs: Sequence[Callable[[], int]], stop: threading.Event, pause: Callable[[], object]) -> None:
    """Do *jobs* in turn until *stop* is set; a database that is away is waited for.

    A job returns how much it did; when none did anything, *pause* is called before the next round.
    """
    while not stop.is_set():
        if not sum([_done(job) for job in jobs]):
            pause()


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
