"""The ways into a calendar in Chromium: open, readable, and with a picture of a code that is there."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import follow
from tests.browser.rig import blocked, inspect
from tests.browser.test_journey import MEETING, mail_to, register, sign_in


def opened(page: Page) -> list[str]:
    """Open every fold of the page, see that the code was drawn, and return what is wrong."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    code = page.locator("img[src*='.svg'][alt]").first
    code.scroll_into_view_if_needed()
    page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=code.element_handle())
    return inspect(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_that_lead_into_a_calendar_have_no_violation(browser: Browser, site, scheme):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 320, "height": 900}, color_scheme=scheme, bypass_csp=False
    )
    page, who = context.new_page(), f"ada.calendar.{scheme}@example.org"
    refused, found = blocked(page), []
    for address in ("/", "/organisers/ditta/", f"{MEETING}/"):
        page.goto(address)
        found += opened(page)
    register(page, MEETING, "Ada Calendar", who)
    found += opened(page)
    follow(page.get_by_role("button", name="Email me the calendar link"))
    assert page.get_by_role("status").is_visible()
    mail = mail_to(site, who, "Your calendar link for")
    text = mail.get_body(("plain",)).get_content()
    page.goto(re.search(r"(/feeds/[^\s]+/)\s", text)[1])
    found += opened(page)
    follow(page.get_by_role("button", name="Make each session a separate entry"))
    found += opened(page)
    assert page.get_by_role("button", name="List them in the entry of their event").is_visible()
    follow(page.get_by_role("button", name="Yes, end it"))
    assert page.url.endswith("/feeds/renewed")
    found += inspect(page)
    context.close()
    assert found == []
    assert refused == []


def test_a_colleague_makes_and_ends_her_calendar(browser: Browser, site):
    context = browser.new_context(base_url=site.url, viewport={"width": 320, "height": 900})
    page = context.new_page()
    sign_in(page, site, "owner.ditta@example.org")
    page.goto("/organiser/calendar")
    found = inspect(page)
    follow(page.get_by_role("button", name="Make my calendar"))
    found += opened(page)
    feed = page.get_by_label("Calendar link").input_value()
    assert "seats taken" in page.request.get(feed).text().replace("\r\n ", "")
    follow(page.get_by_role("button", name="End this address"))
    assert page.request.get(feed).status == 410
    page.goto("/organiser/organisers/ditta/settings")
    found += inspect(page)
    context.close()
    assert found == []
