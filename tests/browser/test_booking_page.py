"""Every page behind the link of a booking: no violation, and the same way without a script."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.hands import follow
from tests.browser.rig import blocked, inspect
from tests.browser.test_journey import MEETING, mail_to, register


@pytest.mark.parametrize(("width", "has_script"), [(320, False), (1280, True)])
def test_no_page_behind_the_link_has_a_violation(browser: Browser, site, width, has_script):
    # axe is a script itself: without scripts the same way is gone, but not inspected.
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 900}, java_script_enabled=has_script
    )
    page = context.new_page()
    refused = blocked(page)
    found: list[str] = []

    def look() -> None:
        if has_script:
            found.extend(inspect(page))
        # Waits for the page that follows a press: at once there may be none yet.
        expect(page.locator("h1")).to_have_count(1)

    register(page, MEETING, "Ada Link", f"ada.link{width}@example.org")
    booking = page.url
    look()
    links = page.locator('main a[href*="/bookings/"], aside a[href*="/bookings/"]')
    addresses = {link.get_attribute("href") or "" for link in links.all()}
    pages = sorted(one for one in addresses if not one.endswith(".ics"))
    assert len(pages) >= 4
    for address in pages:
        page.goto(address)
        look()
        follow(page.locator("main button.primary"))
        look()
    page.goto(booking)
    follow(page.get_by_role("link", name=re.compile("Transfer the seat of Ada Link")))
    page.get_by_label("Full name of the new person").fill("Ben Link")
    page.get_by_label("Their email").fill(f"ben.link{width}@example.org")
    follow(page.get_by_role("button", name="Send request"))
    assert "Nothing changes until" in page.locator("main").inner_text()
    look()
    asked = mail_to(site, f"ben.link{width}@example.org", "Ada Link is offering you their seat")
    link = re.search(r"/handovers/[\w-]+/", asked.get_body(("plain",)).get_content())
    assert link is not None
    page.goto(link[0])
    look()
    follow(page.get_by_role("button", name="Accept this seat"))
    expect(page.locator("#errors")).to_have_count(1)
    look()
    page.get_by_label(re.compile("uses these details")).check()
    follow(page.get_by_role("button", name="Accept this seat"))
    assert "Ben Link" in page.locator("main").inner_text()
    look()
    page.goto(booking)
    assert "Transferred to Ben Link" in page.locator("main").inner_text()
    look()
    page.goto("/bookings/link")
    look()
    page.get_by_label("Your email").fill("nobody@example.org")
    follow(page.get_by_role("button", name="Email me my links"))
    look()
    context.close()
    assert found == []
    assert refused == []
