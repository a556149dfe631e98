"""A stop answers what was taken: nothing that a visitor has sent is dropped."""

import socket
import time

import pytest

from tests.server.running import migrated, served

IN_FLIGHT = 40
HEAD = b"GET /events/nothing/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def whole_answer(connection: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    parts = []
    with connection:
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_forty_requests_in_flight_are_answered_before_it_stops(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    # One thread, so that most of them wait in the queue.
    with served(tmp_path, "--web-only", installed=True, THREADS="1") as running:
        held = [socket.create_connection(("127.0.0.1", running.port), 30) for _one in range(IN_FLIGHT)]
        for one in held:
            one.sendall(HEAD + b"\r\n")
        running.process.terminate()
        answers = [whole_answer(one) for one in held]
        assert running.process.wait(timeout=30) == 0
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 404"] * IN_FLIGHT
    assert all(b"\r\nConnection: close\r\n" in answer for answer in answers[1:])
    assert all(answer.rstrip().endswith(b"</html>") for answer in answers)


def test_a_body_that_is_on_its_way_may_come_and_who_is_silent_ends(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only") as running:
        silent, slow = (socket.create_connection(("127.0.0.1", running.port), 30) for _one in range(2))
        slow.sendall(HEAD.replace(b"GET", b"POST") + b"Content-Type: application/x-www-form-urlencoded\r\n")
        slow.sendall(b"Content-Length: 10\r\n\r\nname=")
        time.sleep(0.5)
        running.process.terminate()
        assert whole_answer(silent) == b""
        slow.sendall(b"Cleo!")
        assert whole_answer(slow).startswith(b"HTTP/1.1 4")
        assert running.process.wait(timeout=30) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", running.port), 5)


def test_the_second_signal_ends_it_at_once(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only") as running:
        slow = socket.create_connection(("127.0.0.1", running.port), 30)
        slow.sendall(HEAD.replace(b"GET", b"POST") + b"Content-Length: 10\r\n\r\nname=")
        time.sleep(0.5)
        running.process.terminate()
        time.sleep(1.0)
        assert running.process.poll() is None
        running.process.terminate()
        assert running.process.wait(timeout=8) == 1
        slow.close()


def test_the_worker_stops_when_it_is_asked_to(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, installed=True) as running:
        began = time.monotonic()
        running.process.terminate()
        assert running.process.wait(timeout=30) == 0
        assert time.monotonic() - began < 10
