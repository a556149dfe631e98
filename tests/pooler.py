"""A pooler as PgBouncer is in transaction mode: each transaction may meet another of its sessions."""

import itertools
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SSL, _GSS = 80877103, 80877104


class _Closed(Exception):
    """The other side ended the connection."""


class Pooler:
    """Listen at *listening*, and share a few sessions of the server at *server* (Unix sockets both)."""

    def __init__(self, server: Path, listening: Path) -> None:
        self._server = server
        self._free: deque[socket.socket] = deque()
        self._some = threading.Condition()
        self._numbers = itertools.count(1_000_000)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(listening))
        self._listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for session in list(self._free):
            session.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(_Closed, OSError), client:
            self._sign_in(client)
            while True:
                kind, whole = _message(client)
                if kind == b"X":
                    return
                with self._some:
                    self._some.wait_for(lambda: self._free)
                    session = self._free.popleft()
                try:
                    self._transaction(client, session, kind, whole)
                finally:
                    with self._some:
                        self._free.append(session)
                        self._some.notify()

    def _sign_in(self, client: socket.socket) -> None:
        begin = _exactly(client, 4)
        rest = _exactly(client, struct.unpack("!I", begin)[0] - 4)
        while struct.unpack("!I", rest[:4])[0] in (_SSL, _GSS):
            client.sendall(b"N")
            begin = _exactly(client, 4)
            rest = _exactly(client, struct.unpack("!I", begin)[0] - 4)
        session = socket.socket(socket.AF_UNIX)
        session.connect(str(self._server))
        session.sendall(begin + rest)
        kind = b""
        while kind != b"Z":
            kind, whole = _message(session)
            if kind == b"K":
                whole = whole[:5] + struct.pack("!I", next(self._numbers)) + whole[9:]
            client.sendall(whole)
            if kind == b"E":
                raise _Closed
        with self._some:
            self._free.append(session)
            self._some.notify()

    def _transaction(self, client: socket.socket, session: socket.socket, kind: bytes, whole: bytes) -> None:
        while True:
            session.sendall(whole)
            if kind in b"QS" and self._answer(client, session) == b"I":
                return
            kind, whole = _message(client)

    def _answer(self, client: socket.socket, session: socket.socket) -> bytes:
        kind = b""
        while kind != b"Z":
            kind, whole = _message(session)
            client.sendall(whole)
        return whole[5:6]


def _message(connection: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(connection, 5)
    return head[:1], head + _exactly(connection, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise _Closed
        data += more
    return data


@contextmanager
def pooling(server: Path, folder: Path) -> Iterator[Path]:
    """Run a pooler before *server*; yield the folder that is its host, with port 5432."""
    pooler = Pooler(server, folder / ".s.PGSQL.5432")
    try:
        yield folder
    finally:
        pooler.close()
