"""A press that leads to another page, and waits until that page is there."""

from playwright.sync_api import Locator


def follow(target: Locator) -> None:
    """Press what leads elsewhere and wait for that page: a click alone may return before the old is gone."""
    with target.page.expect_navigation():
        target.click()
