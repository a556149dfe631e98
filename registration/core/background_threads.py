"""Threads that must not die unseen: started again, shown in /readyz, and at last the end of the process."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from flask import Flask

log = logging.getLogger(__name__)

Job = Callable[[], None]

# Seconds before a thread that died is started again: one for each time in a row. Then the process ends, and
# whatever started it decides.
PAUSES = (1.0, 2.0, 5.0, 10.0)
# Seconds for which a thread must live to be well again.
WELL_AFTER = 10.0
_KEY = "registration_background_threads"


class BackgroundThreads:
    """Runs *jobs*, each in a thread of its own, until *stop* is set, or until one of them dies too often."""

    def __init__(self, app: Flask, jobs: Mapping[str, Job], stop: threading.Event) -> None:
        self._stop = stop
        self._troubles: dict[str, tuple[str, float | None]] = {}
        # Why the process must end, once it must.
        self.end = ""
        self._threads = [
            threading.Thread(target=self._keep_going, args=one, name=one[0]) for one in jobs.items()
        ]
        app.extensions[_KEY] = self

    def start(self) -> None:
        """Start all of them."""
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait for the end of each of them, *seconds* at most."""
        for thread in self._threads:
            thread.join(timeout=seconds)

    def troubles(self) -> list[str]:
        """Return a sentence for each thread that is dead, or was a moment ago."""
        now = time.monotonic()
        return [
            sentence
            for sentence, again_at in list(self._troubles.values())
            if again_at is None or now - again_at < WELL_AFTER
        ]

    def _keep_going(self, name: str, job: Job) -> None:
        deaths = 0
        while not self._stop.is_set():
            began = time.monotonic()
            why = _died_of(name, job)
            if self._stop.is_set():
                return
            deaths = 1 if time.monotonic() - began > WELL_AFTER else deaths + 1
            sentence = f"the {name} thread stopped ({why})"
            self._troubles[name] = sentence, None
            if deaths > len(PAUSES):
                self.end = f"{sentence}, {deaths} times in a row"
                log.critical("%s: this process ends", self.end)
                self._stop.set()
                return
            log.error("%s: it is started again", sentence)
            self._stop.wait(PAUSES[deaths - 1])
            self._troubles[name] = sentence, time.monotonic()


def troubles(app: Flask) -> list[str]:
    """Return a sentence for each thread of this process that does not work."""
    found: BackgroundThreads | None = app.extensions.get(_KEY)
    return found.troubles() if found else []


def _died_of(name: str, job: Job) -> str:
    try:
        job()
    except BaseException as error:  # a thread that SystemExit ended is as dead as any other
        log.exception("the %s thread died", name)
        return type(error).__name__
    return "it came to its end"
