"""A window of 1280 by 1024 pixels at 400 % zoom: no sideways scroll, and nothing hides what has the focus."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import follow
from tests.browser.rig import sideways
from tests.browser.test_accessibility import OFFICE, PUBLIC, WRONG
from tests.browser.test_journey import sign_in

COVERED = (Path(__file__).parent / "covered.js").read_text("utf-8")
WIDTH, HEIGHT = 320, 256
DESK = [address for address in OFFICE[:16] if "{" not in address]
ROWS = "".join(f'<p><a href="#{number}">Row {number}</a></p>' for number in range(30))


@pytest.fixture
def zoomed(browser: Browser, site):
    context = browser.new_context(base_url=site.url, viewport={"width": WIDTH, "height": HEIGHT})
    yield context.new_page()
    context.close()


def look(page: Page) -> list[str]:
    """Return what is wrong with the page in such a window."""
    found = sideways(page, WIDTH) + [f"hidden with the focus: {one}" for one in page.evaluate(COVERED)]
    return [f"{page.url}: {one}" for one in found]


def test_the_focus_is_never_hidden_on_a_public_page(zoomed: Page, site):
    found: list[str] = []
    for address in [*PUBLIC, *site.bookings()]:
        zoomed.goto(address)
        found += look(zoomed)
    for address in WRONG:
        zoomed.goto(address)
        follow(zoomed.locator("main button.primary").first)
        found += look(zoomed)
    assert found == []


def test_the_focus_is_never_hidden_in_the_back_office(zoomed: Page, site):
    sign_in(zoomed, site, "owner.ditta@example.org")
    found: list[str] = []
    for address in DESK:
        zoomed.goto(address)
        found += look(zoomed)
    assert found == []


def page_with(page: Page, sheet: str) -> list[str]:
    page.set_content(
        f"<!doctype html><html lang=en><title>Rows</title><style>{sheet}</style>"
        f"<header>Registration</header>{ROWS}<footer>Privacy</footer>"
    )
    return look(page)


def test_nothing_is_found_in_a_sound_page(zoomed: Page):
    assert page_with(zoomed, "") == []
    sticky = "header { position: sticky; top: 0; height: 60px; background: #fff }"
    assert page_with(zoomed, f"{sticky} html {{ scroll-padding-top: 70px }}") == []


@pytest.mark.parametrize(
    "sheet",
    [
        "header { position: sticky; top: 0; height: 60px; background: #fff }",
        "footer { position: sticky; bottom: 0; height: 60px; background: #fff }",
        "footer { position: fixed; inset: 60px 0 0; background: #fff }",
        "p { height: 0; overflow: hidden; margin: 0 }",
    ],
)
def test_what_hides_the_focus_is_found(zoomed: Page, sheet):
    assert "hidden with the focus" in "\n".join(page_with(zoomed, sheet))
