"""Lighthouse gives public pages 100 for accessibility and for best practices, and a faulty page less."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessibility import PUBLIC
from tests.browser.test_journey import MEETING

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / ".venv-clients"
FEW = ["/", f"{MEETING}/", f"{MEETING}/register", "/programmes/ditta-annual-meeting-and-workshop/register"]
# Lighthouse takes a page that answers 404 for broken; the rig looks at these.
NOT_FOUND = ("/nothing-here", "/bookings/nothing/", "/invitations/nothing/")
# `make prove` asks for all public pages.
ALL = bool(os.environ.get("PROVE_ALL_PAGES"))
FAULTY = b"""<html><head><title>Register</title></head><body>
<h1>Register</h1><img src="/logo.png"><p style="color: #bbb; background: #fff">Seats are left.</p>
<form><input name="email" onpaste="event.preventDefault()"><button></button></form>
<script>seats.left()</script></body></html>"""


def look_at(*addresses: str) -> dict[str, dict[str, Any]]:
    """Return the scores and the failing audits of each address."""
    program = shutil.which("chromium")
    assert program, "Chromium is missing: `make browser` installs it."
    assert CLIENTS.joinpath("node_modules/lighthouse").exists(), (
        "Run `make clients` once: it gets Lighthouse."
    )
    done = subprocess.run(
        [CLIENTS / "bin" / "node", HERE / "lighthouse.mjs", CLIENTS, program, *addresses],
        capture_output=True,
        text=True,
        timeout=60 + 30 * len(addresses),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return seen


class Faulty(BaseHTTPRequestHandler):
    """Answers everything with the faulty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(FAULTY)

    def log_message(self, *_told: object) -> None:
        """Stay silent."""


@pytest.fixture
def faulty() -> Iterator[str]:
    """Serve the faulty page and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_lighthouse_gives_public_pages_the_full_score_and_a_faulty_page_less(site, faulty: str):
    paths = [path for path in PUBLIC if path not in NOT_FOUND] + site.bookings() if ALL else FEW
    addresses = [f"{site.url}{path}" for path in paths]
    # In one run, since Chromium and Lighthouse take longer to start than to look at a page.
    seen = look_at(faulty, *addresses)
    control = seen.pop(faulty)
    assert control["scores"]["accessibility"] < 1
    assert control["scores"]["best-practices"] < 1
    found = {one.split(":")[0] for one in control["failing"]}
    assert {"image-alt", "color-contrast", "label", "button-name", "html-has-lang"} <= found
    assert {"doctype", "charset", "viewport", "paste-preventing-inputs", "errors-in-console"} <= found

    assert list(seen) == addresses
    assert {address: one["failing"] for address, one in seen.items() if one["failing"]} == {}
    assert [one["scores"] for one in seen.values()] == [{"accessibility": 1, "best-practices": 1}] * len(seen)
