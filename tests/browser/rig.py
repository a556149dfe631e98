"""Eyes on a page as it stands: axe-core, and what axe does not see."""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What is right with a page need not be described: that took longer than to find what is wrong.
BRIEFLY: dict[str, Any] = {"resultTypes": ["violations"]}
RULES = BRIEFLY | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = BRIEFLY | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
AXE = Axe().axe_script
HERE = Path(__file__).parent
STATIC = (HERE / "rig.js").read_text("utf-8")
KEYBOARD = (HERE / "keyboard.js").read_text("utf-8")
SPACING = (HERE / "spacing.js").read_text("utf-8")
NARROW = 320


def inspect(page: Page) -> list[str]:
    """Return what is wrong with the page."""
    return [f"{page.url}: {one}" for one in by_axe(page) + by_eye(page)]


def inspect_colours(page: Page) -> list[str]:
    """Return what is wrong with the colours of the page: all that a dark scheme changes."""
    return [f"{page.url}: {one}" for one in by_axe(page, COLOURS)]


def by_axe(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    page.evaluate(AXE)
    # To hand over what is right with the page as well took nearly as long as to find what is wrong.
    violations = page.evaluate(f"axe.run({json.dumps(rules)}).then((result) => result.violations)")
    return [f"axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]


def by_eye(page: Page) -> list[str]:
    """Look without axe: a wide page by keyboard, a narrow one with more space between its letters."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    found: list[str] = page.evaluate(STATIC)
    found += sideways(page, width)
    if width == NARROW:
        found += [f"text is cut: {one}" for one in page.evaluate(SPACING)]
    else:
        found += by_keyboard(page)
    return found


def sideways(page: Page, width: int) -> list[str]:
    scroll = page.evaluate("document.documentElement.scrollWidth")
    return [f"sideways scroll: {scroll} in {width}"] if scroll > width else []


def by_keyboard(page: Page) -> list[str]:
    """Press Tab until every control had the focus. A date takes several presses, a trap takes them all."""
    count = page.evaluate(KEYBOARD)
    for _round in range(4):
        for _press in range(count + 2):
            page.keyboard.press("Tab")
        missed = page.evaluate("rig.missed()")
        if not missed:
            break
    unseen = page.evaluate("rig.unseen()")
    return [f"keyboard trap: {one}" for one in missed[:1]] + [f"focus unseen: {one}" for one in unseen]


def blocked(page: Page) -> list[str]:
    """Collect what the content security policy refuses on *page* from now on."""
    refused: list[str] = []
    page.on(
        "console", lambda told: refused.append(told.text) if "Content Security Policy" in told.text else None
    )
    return refused
