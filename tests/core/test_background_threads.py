"""A thread that dies is started again, shows while it is dead, and ends the process when it cannot live."""

import signal
import threading
import time

import pytest

from registration.cli import cli, working
from registration.core import background_threads
from registration.core.background_threads import BackgroundThreads, troubles


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(background_threads, "PAUSES", (0.05, 0.05, 0.05))
    monkeypatch.setattr(background_threads, "WELL_AFTER", 1.0)


def until(condition) -> None:
    for _one in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be so")


@pytest.mark.parametrize("death", [RuntimeError, MemoryError, SystemExit])
def test_a_thread_that_dies_once_is_started_again_and_well_after_a_while(page_app, death, monkeypatch):
    # The while is over when the answer is there: a busy machine may take longer for it than a second.
    monkeypatch.setattr(background_threads, "WELL_AFTER", 60.0)
    stop, lives, lasting = threading.Event(), [], threading.Event()

    def job() -> None:
        lives.append(1)
        if len(lives) == 1:
            raise death("a secret of Ada")
        lasting.wait(20)

    threads = BackgroundThreads(page_app, {"mail": job}, stop)
    client = page_app.test_client()
    assert client.get("/readyz").text == "ready\n"
    threads.start()
    until(lambda: len(lives) == 2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, f"the mail thread stopped ({death.__name__})\n")
    assert client.get("/healthz").status_code == 200
    monkeypatch.setattr(background_threads, "WELL_AFTER", 0.1)
    until(lambda: troubles(page_app) == [])
    assert client.get("/readyz").text == "ready\n"
    stop.set()
    lasting.set()
    threads.join(10)
    assert threads.end == ""


def test_a_thread_that_comes_to_its_end_is_dead_too(page_app):
    stop = threading.Event()
    threads = BackgroundThreads(page_app, {"chores": lambda: None}, stop)
    threads.start()
    assert stop.wait(10)
    threads.join(10)
    assert threads.end == "the chores thread stopped (it came to its end), 4 times in a row"


@pytest.fixture
def signals():
    """Give back the signals that the command takes."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_worker_whose_thread_cannot_live_ends_with_a_sentence(page_app, monkeypatch, signals):
    def dies(_app, _stop) -> None:
        raise ValueError("never")

    monkeypatch.setattr(working.mail, "run", dies)
    done = page_app.test_cli_runner().invoke(cli, ["worker"])
    assert done.exit_code == 1
    assert "registration: the mail thread stopped (ValueError), 4 times in a row." in done.output
