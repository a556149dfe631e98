"""The Nu HTML checker, which validator.w3.org runs, reads the pages as the server sends them."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_accessibility import PUBLIC, WRONG, WRONG_IN_OFFICE, office_addresses
from tests.browser.test_journey import MEETING, WORKSHOP, register, sign_in

CHECKER = Path(__file__).resolve().parents[2] / ".venv-clients" / "node_modules/vnu-jar/build/dist/vnu.jar"


def check(folder: Path) -> list[str]:
    """Return what the checker says of the pages in *folder*: errors and warnings, not its remarks."""
    assert CHECKER.exists(), "Run `make clients` once: it gets the HTML checker and Java."
    done = subprocess.run(
        [
            "java",
            "-Xss1m",
            "-jar",
            CHECKER,
            "--format",
            "json",
            "--exit-zero-always",
            *sorted(folder.glob("*.html")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = json.loads(done.stderr)["messages"]
    return [
        f"{one.get('url', '').rsplit('/', 1)[-1]}: {one['message']} {one.get('extract', '')[:160]}"
        for one in told
        if one["type"] != "info" or one.get("subType") == "warning"
    ]


class Folder:
    """Keeps every page that *page* is sent."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder

    def keep(self, html: str, address: str) -> None:
        name = re.sub(r"\W+", "-", address.split("/", 3)[3]).strip("-")[:120] or "front"
        self.folder.joinpath(f"{len(list(self.folder.iterdir())):02}-{name}.html").write_text(html, "utf-8")

    def visit(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        self.keep(answer.text(), answer.url)

    def fail(self, address: str) -> None:
        """Send the form at *address* empty and keep the page of errors that comes back."""
        self.page.goto(address)
        with self.page.expect_navigation() as came:
            self.page.locator("main button.primary").first.click()
        answer = came.value
        assert answer is not None
        assert self.page.locator("#errors").count() == 1, address
        self.keep(answer.text(), f"{answer.url}-errors")


@pytest.fixture
def kept(page: Page, tmp_path: Path) -> Folder:
    return Folder(page, tmp_path)


def test_every_public_page_and_its_errors_are_valid(kept: Folder, site):
    for address in PUBLIC:
        kept.visit(address)
    for address in WRONG:
        kept.fail(address)
    kept.visit(register(kept.page, MEETING, "Ada Valid", "ada.valid@example.org"))
    kept.visit(register(kept.page, WORKSHOP, "Ada Valid", "ada.valid@example.org"))
    for code in ("fr", "zh"):
        kept.visit(f"{MEETING}/register?lang={code}")
    assert check(kept.folder) == []


def test_the_back_office_and_its_errors_are_valid(kept: Folder, site):
    sign_in(kept.page, site, "owner.ditta@example.org")
    for address in office_addresses(kept.page):
        kept.visit(address)
    for address in WRONG_IN_OFFICE:
        kept.fail(address)
    assert check(kept.folder) == []


def test_the_checker_finds_a_seeded_fault(tmp_path):
    sound = "<!doctype html><html lang=en><meta charset=utf-8><title>Seats</title><h1>Seats</h1>"
    tmp_path.joinpath("sound.html").write_text(sound)
    assert check(tmp_path) == []
    tmp_path.joinpath("faulty.html").write_text(f"{sound}<p><time>in June</time><div></p>")
    told = " ".join(check(tmp_path))
    assert "time" in told
    assert "div" in told
