"""A small load on loopback: bounded in count, a few connections, kept alive."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """What a load showed."""

    per_second: float
    p95: float
    statuses: dict[int, int]


@contextmanager
def serving(kind: str, url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run a server of its own process and yield (port, process id)."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.server", kind, url, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline()), server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


def get(path: str, *headers: str) -> bytes:
    """Return the bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, body: bytes) -> bytes:
    """Return the bytes of a form's POST."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def load(port: int, requests: Sequence[bytes], connections: int = 8) -> Result:
    """Send *requests* over *connections* at once and return how fast they were answered."""
    times: list[float] = []
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def client(mine: Sequence[bytes]) -> None:
        connection = _connected(port)
        for request in mine:
            begun = time.perf_counter()
            connection.sendall(request)
            status, is_closing = _answer(connection)
            if is_closing:
                connection.close()
                connection = _connected(port)
            taken = time.perf_counter() - begun
            with lock:
                times.append(taken)
                statuses[status] = statuses.get(status, 0) + 1
        connection.close()

    threads = [
        threading.Thread(target=client, args=(requests[one::connections],)) for one in range(connections)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    times.sort()
    return Result(len(times) / seconds, times[int(len(times) * 0.95)], statuses)


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(connection: socket.socket) -> tuple[int, bool]:
    """Return the status of the next answer, and whether the server closes the connection after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _blank, body = data.partition(b"\r\n\r\n")
    status = int(head[9:12])
    headers = {}
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        headers[name.lower()] = value.strip().lower()
    length = int(headers.get(b"content-length", b"0"))
    while status != 304 and len(body) < length:
        body += _some(connection)
    return status, headers.get(b"connection") == b"close"


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
