"""One program that sets documents, asked by pipes that never wait longer than they may."""

import os
import selectors
import struct
import subprocess
import sys
import time
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path

# It ends by itself when nobody asked for so long: most servers set few documents a day.
IDLE_SECONDS = 60.0
# It is renewed after so many: a program that lives for ever grows.
_MOST = 500
_LARGEST = 32 * 1024 * 1024
_DONE = 0


class Broken(Exception):
    """The program ended, or cannot set this document."""


class Process:
    """A running typesetter. One thread at a time uses it."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self._asked = 0
        self._used_at = time.monotonic()
        self._child = subprocess.Popen(  # noqa: S603 - our own program, and what it is told is data
            [sys.executable, "-I", str(program), str(IDLE_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._to, self._from = self._child.stdin.fileno(), self._child.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def is_ready(self, program: Path) -> bool:
        """Say whether it may be asked once more: it lives, is *program*, and will not end meanwhile."""
        is_awake = time.monotonic() - self._used_at < IDLE_SECONDS / 2
        is_same = self.program == program and self._asked < _MOST
        return is_same and is_awake and self._child.poll() is None

    def ask(self, asked: bytes, deadline: float) -> bytes:
        """Return the document. Raises Broken, TooLate at *deadline* (time.monotonic)."""
        self._asked += 1
        self._write(struct.pack(">I", len(asked)) + asked, deadline)
        status, length = struct.unpack(">BI", self._read(5, deadline))
        if length > _LARGEST:
            raise Broken("the answer has no end")
        made = self._read(length, deadline)
        if status != _DONE:
            raise Broken("this document cannot be set")
        self._used_at = time.monotonic()
        return made

    def close(self) -> None:
        """End it, whatever it does."""
        self._child.kill()
        with self._child:
            self._child.wait()

    def _write(self, data: bytes, deadline: float) -> None:
        while data:
            self._wait(self._to, selectors.EVENT_WRITE, deadline)
            try:
                data = data[os.write(self._to, data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Broken("it ended") from None

    def _read(self, count: int, deadline: float) -> bytes:
        found = bytearray()
        while len(found) < count:
            self._wait(self._from, selectors.EVENT_READ, deadline)
            try:
                more = os.read(self._from, count - len(found))
            except BlockingIOError:
                continue
            if not more:
                raise Broken("it ended")
            found += more
        return bytes(found)

    @staticmethod
    def _wait(descriptor: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TooLate
