"""The worker's threads: one sends mail, the other does what is due; neither ever waits for the other.

A relay that takes half a minute for each mail must not keep an offer open that has run out.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask

from registration.booking.tasks.event_reminders import remind
from registration.booking.tasks.offer_reminders import remind_offers
from registration.booking.tasks.sweep import sweep
from registration.core.background_loop import go_round
from registration.core.background_threads import BackgroundThreads
from registration.ical.services import store_entries
from registration.mail import outbox
from registration.mail import worker as mail
from registration.organiser.mailing.services import queue_some
from registration.reconfirm.chores import reconfirm

# What is done beside sending: each returns how much it did.
CHORES = (sweep, remind, remind_offers, queue_some, reconfirm, store_entries)


@contextmanager
def working(app: Flask, stop: threading.Event) -> Iterator[BackgroundThreads]:
    """Let both threads work while the context lasts; *stop* ends them, and so does leaving it."""
    jobs = {"mail": partial(mail.run, app, stop), "chores": partial(_do_chores, app, stop)}
    threads = BackgroundThreads(app, jobs, stop)
    threads.start()
    try:
        yield threads
    finally:
        stop.set()
        outbox.news.set()
        threads.join(10)


def _do_chores(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        go_round(CHORES, stop, lambda: stop.wait(app.config["WORKER_SECONDS"]))
