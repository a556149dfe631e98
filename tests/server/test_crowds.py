"""Thousands of connections that say nothing keep nobody out who does."""

import http.client
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from registration.cli.connections import MOST
from tests.faults.tables import tell
from tests.server.running import migrated, served

COMMAND = "`pytest tests/server/test_crowds.py`"


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process hold as many connections as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def answered(port: int, path: str = "/") -> float:
    """Ask as a normal visitor does; return the seconds."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    assert connection.getresponse().read()
    connection.close()
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (MOST - 1, b""),
        (5000, b""),
        (2000, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "),
        (2000, b"\r\n"),
        (2000, b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\na"),
        (2000, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ],
    ids=["at-the-limit", "silent", "half-heads", "blank-lines", "half-bodies", "idle"],
)
def test_a_crowd_keeps_nobody_waiting(sqlite_template, tmp_path, count, said):
    migrated(sqlite_template, tmp_path)
    with many_files(), served(tmp_path, "--web-only", installed=True) as running:
        answered(running.port)
        crowd = []
        try:
            times = []
            for number in range(count):
                one = socket.socket()
                one.settimeout(20)
                one.bind((f"127.0.1.{1 + number % 200}", 0))
                one.connect(("127.0.0.1", running.port))
                crowd.append(one)
                if said:
                    one.sendall(said)
                if number % 1000 == 999:
                    times.append(answered(running.port))
            after = [answered(running.port) for _one in range(5)]
        finally:
            for one in crowd:
                one.close()
        # While thousands come at once on a busy machine, who comes last among them waits her turn.
        assert max(times, default=0.0) < 5.0
        assert sorted(after)[2] < 1.0
        assert running.process.poll() is None
    what = f"{count} connections, {said[:4]!r} from each"
    tell("faults", what, "sqlite", f"page in {sorted(after)[2]:.2f} s", "nothing", COMMAND)
    assert "Traceback" not in running.said()


def test_it_lives_where_few_files_may_be_open(sqlite_template, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    migrated(sqlite_template, tmp_path)
    with many_files(), served(tmp_path, "--web-only", installed=True) as running:
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (120, hard))
        crowd = [socket.create_connection(("127.0.0.1", running.port), 20) for _one in range(400)]
        try:
            assert answered(running.port) < 2.0
        finally:
            for one in crowd:
                one.close()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)
