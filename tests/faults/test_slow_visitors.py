"""Hundreds of slow connections and a storm of reloads: a normal visitor is answered within a second."""

import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cli.test_commands import REGISTRATION, run
from tests.faults.tables import tell

SLOW = 300
COMMAND = "`pytest tests/faults/test_slow_visitors.py`"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of `registration serve` with the demo in it."""
    folder = tmp_path_factory.mktemp("slow")
    assert run(folder, "migrate").returncode == 0
    assert run(folder, "demo", "--json").returncode == 0
    with (folder / "out").open("w") as out:
        server = subprocess.Popen([REGISTRATION, "serve", "--port", "0"], cwd=folder, stdout=out, stderr=out)
    try:
        yield _port_in(folder / "out")
    finally:
        server.terminate()
        server.wait(timeout=20)


def _port_in(file: Path) -> int:
    for _one in range(300):
        found = re.search(r"http://127\.0\.0\.1:(\d+)", file.read_text())
        if found:
            return int(found[1])
        time.sleep(0.1)
    raise AssertionError(file.read_text())


def answered(port: int, method: str, path: str, body: str = "") -> tuple[int, str, float]:
    """Ask as a normal visitor does; return status, page and seconds."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, page, time.monotonic() - begun


def an_event(port: int) -> str:
    page = answered(port, "GET", "/")[1]
    return re.findall(r'href="(/events/[^"/]+/)"', page)[0]


@pytest.mark.parametrize("kind", ["headers", "bodies"])
def test_slow_connections_keep_nobody_waiting(port, kind):
    event = an_event(port)
    head = f"POST {event}register HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if kind == "bodies":
        head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nname="
    with ExitStack() as held:
        for _one in range(SLOW):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            slow.sendall(head.encode())
        times = []
        for _one in range(5):
            status, _page, seconds = answered(port, "GET", event)
            assert status == 200
            times.append(seconds)
            # They go on, a byte at a time.
            slow.sendall(b"a")
    assert sorted(times)[2] < 1.0
    tell(
        "faults",
        f"{SLOW} connections with slow {kind}",
        "sqlite",
        f"page in {sorted(times)[2]:.2f} s",
        "nothing",
        COMMAND,
    )


def test_a_storm_of_reloads_leaves_registering_fast(port):
    event = an_event(port)
    stop = threading.Event()

    def reload() -> None:
        while not stop.is_set():
            answered(port, "GET", event)

    storm = [threading.Thread(target=reload) for _one in range(12)]
    for one in storm:
        one.start()
    try:
        status, page, first = answered(port, "GET", f"{event}register")
        assert status == 200
        form = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page))
        status, _page, seconds = answered(port, "POST", f"{event}register", urlencode(form))
        assert status in (303, 422)
    finally:
        stop.set()
        for one in storm:
            one.join()
    assert max(first, seconds) < 5.0
    tell(
        "faults", "12 visitors reload without pause", "sqlite", f"form in {seconds:.2f} s", "nothing", COMMAND
    )
