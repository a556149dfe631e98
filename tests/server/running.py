"""`registration serve` in a process of its own, with settings from the environment and nothing else."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.forking import started

REGISTRATION = str(Path(sys.executable).with_name("registration"))


@dataclass
class Forked:
    """A process that was forked, by the names that subprocess.Popen has for its parts."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired("registration", timeout)
        return self.process.exitcode

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()


Process = Forked | subprocess.Popen[bytes]


@dataclass
class Running:
    """A server that listens: its port, its process, and the file that both its outputs go to."""

    port: int
    process: Process
    out: Path

    def said(self) -> str:
        """Return what it has said so far."""
        return self.out.read_text("utf-8")

    def says(self, words: str) -> str:
        """Wait until it has said *words*, and return everything."""
        return _awaited(self.out, re.escape(words)) and self.said()


@contextmanager
def served(
    folder: Path, *words: str, command: str = "serve", installed: bool = False, **settings: str
) -> Iterator[Running]:
    """Run the server in *folder* on a free port; it must stop by itself when it is asked to.

    *installed* starts the program from its first line, which takes two seconds of a processor.
    """
    out = folder / f"said-{len(list(folder.iterdir()))}"
    out.touch()
    process = (_installed if installed else _forked)(folder, (command, "--port", "0", *words), settings, out)
    try:
        port = int(_awaited(out, r"listening at .*:(\d+)\n", process)[1])
        yield Running(port, process, out)
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        finally:
            process.kill()


def _installed(folder: Path, words: tuple[str, ...], settings: dict[str, str], out: Path) -> Process:
    with out.open("wb") as file:
        return subprocess.Popen(
            [REGISTRATION, *words], cwd=folder, env=environ(settings), stdout=file, stderr=file
        )


def _forked(folder: Path, words: tuple[str, ...], settings: dict[str, str], out: Path) -> Process:
    return Forked(started(folder, words, environ(settings), out, out))


def environ(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a process that has *settings* and no other of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRATION_")}
    return kept | {f"REGISTRATION_{name}": value for name, value in settings.items()}


def production(folder: Path) -> dict[str, str]:
    """Return settings that production starts with."""
    return {
        "ENV": "production",
        "SECRET_KEY": "0123456789abcdef0123456789abcdeg",
        "BASE_URL": "https://events.example.org",
        "MAIL_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "events@cocir.test",
        "DATA": str(folder / "var"),
    }


def migrated(template: Path, folder: Path) -> Path:
    """Put an empty database with our schema where the server looks for it; return its file."""
    (folder / "var").mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(template, folder / "var" / "registration.sqlite3"))


def _awaited(file: Path, pattern: str, process: Process | None = None) -> re.Match[str]:
    for _one in range(600):
        found = re.search(pattern, file.read_text("utf-8"))
        if found:
            return found
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"{pattern} is not in: {file.read_text('utf-8')}")
