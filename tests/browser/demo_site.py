"""The demo as `make run` serves it, and Chromium, for tests and for the pictures in docs/screens."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

REGISTRATION = str(Path(sys.executable).with_name("registration"))
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Site:
    """The running demo."""

    url: str
    folder: Path
    demo: dict[str, Any]

    def password(self, email: str) -> str:
        return next(one["password"] for one in self.demo["sign_ins"] if one["email"] == email)

    def bookings(self) -> list[str]:
        """Return the pages of the bookings that the demo tells of: with a seat, and on the waitlist."""
        return [urlsplit(one["url"]).path for one in self.demo["bookings"]]

    def mails(self) -> list[Path]:
        return sorted((self.folder / "mails").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command beside the server."""
        return subprocess.run(
            [REGISTRATION, *words],
            env=environ(self.folder),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )


def environ(folder: Path) -> dict[str, str]:
    """Return an environment with nothing of ours but the data folder and a lively worker."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRATION_")}
    # Mails are waited for, so the worker looks often.
    return kept | {"REGISTRATION_DATA": str(folder), "REGISTRATION_WORKER_SECONDS": "0.5"}


@contextmanager
def serving_demo(folder: Path) -> Iterator[Site]:
    """Serve the demo from *folder*, as `make run` does."""
    server = subprocess.Popen(
        [REGISTRATION, "start", "--port", "0"],
        env=environ(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )
    try:
        url = _address(server)
        told = subprocess.run(
            [REGISTRATION, "demo", "--json"],
            env=environ(folder),
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
        )
        yield Site(url, folder, json.loads(told.stdout))
    finally:
        server.terminate()
        server.wait(timeout=120)
        assert server.stdout is not None
        server.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, by its headless shell where there is one.

    That is the same engine without the windows of a browser: it takes a quarter less of a processor.
    """
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert program, "Chromium is missing: `make browser` installs it."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM))
        yield running
        running.close()


def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    # How long it takes is no question here, and the machine may be busy with much else.
    deadline = time.monotonic() + 300
    told = ""
    while time.monotonic() < deadline:
        line = server.stdout.readline()
        told += line
        found = re.match(r"Open:\s+(http://\S+?)/?$", line.strip())
        if found:
            return found[1]
        if server.poll() is not None:
            break
    raise AssertionError(f"the server did not start: {told}")
