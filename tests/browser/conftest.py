"""A real server with the demo, and a real Chromium in front of it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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
    """Return an environment with nothing of ours but the data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRATION_")}
    return kept | {"REGISTRATION_DATA": str(folder)}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, served as `make run` serves it."""
    folder = tmp_path_factory.mktemp("site")
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
        server.wait(timeout=20)
        assert server.stdout is not None
        server.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make browser` installs it."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    deadline = time.monotonic() + 60
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
