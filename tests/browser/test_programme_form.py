"""The one form of a programme in a real browser, with and without scripts: a party, a seat and a wait."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hands import follow
from tests.browser.rig import inspect
from tests.browser.test_journey import mail_to

FORM = "/programmes/ditta-annual-meeting-and-workshop/register"


def fill(page: Page, who: str) -> None:
    page.locator("#name").fill("Ada Lovelace")
    page.locator("#email").fill(who)
    page.get_by_label(re.compile("^Workshop on nomenclatures")).first.check()
    page.get_by_label(re.compile("^DITTA annual meeting")).first.check()
    page.get_by_label(re.compile("^DITTA dinner")).first.check()
    page.get_by_role("button", name="Add another person").click()
    expect(page.locator("#attendees-1-name")).to_be_focused()
    page.locator("#attendees-1-name").fill("Ben")
    for number in range(2):
        # The two events have other categories each, so each asks for its own.
        for choice in page.locator(f"#attendee-{number + 1}").get_by_label("Non-member").all():
            choice.check()
        page.locator(f"#attendee-{number + 1}").get_by_label("Vegetarian").check()
    page.get_by_label("uses these details").check()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_party_registers_for_three_events_with_one_form(browser: Browser, site, scripts, width):
    context = browser.new_context(
        base_url=site.url, java_script_enabled=scripts, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    who = f"ada.programme{width}{'js' if scripts else ''}@example.org"
    page.goto(FORM.removesuffix("register"))
    follow(page.get_by_role("link", name="Register with one form"))
    fill(page, who)
    follow(page.locator("button.primary"))
    assert "/bookings/" in page.url, page.locator("#errors").inner_text()
    assert page.locator(".registration").count() == 3
    states = {one.get_attribute("data-state") for one in page.locator(".registration").all()}
    assert states <= {"confirmed", "waitlisted"}
    letter = mail_to(site, who, "")
    files = [part.get_filename() for part in letter.iter_attachments()]
    assert sorted(files) == [
        "ditta-annual-meeting.ics",
        "ditta-dinner.ics",
        "workshop-on-nomenclatures.ics",
    ]
    context.close()


def test_what_few_need_is_folded_away_until_it_holds_something(page: Page, site):
    page.goto(f"{FORM}?attendees=2")
    firm = page.locator("#attendees-1-firm")
    expect(firm).to_be_hidden()
    page.get_by_text("Person 2 is from another organisation").click()
    firm.fill("Elsewhere")
    page.get_by_role("button", name="Add another person").click()
    expect(page.locator("#attendees-2-name")).to_be_focused()
    expect(firm).to_be_visible()
    expect(firm).to_have_value("Elsewhere")
    expect(page.locator("#attendees-2-firm")).to_be_hidden()


def test_the_script_asks_for_a_dish_only_of_who_comes_to_dinner(page: Page, site):
    page.goto(f"{FORM}?attendees=2")
    dish = page.locator("#attendee-1").get_by_label("Vegetarian")
    expect(dish).to_be_hidden()
    page.get_by_label(re.compile("^DITTA dinner")).first.check()
    expect(dish).to_be_visible()
    page.get_by_text("Person 1 attends only some of the events").click()
    page.locator("#attendees-0-events-1").check()
    expect(dish).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_form_and_its_errors_have_no_violation(browser: Browser, site, width):
    context = browser.new_context(base_url=site.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{FORM}?attendees=3")
    found = inspect(page)
    follow(page.locator("button.primary"))
    assert page.evaluate("document.activeElement.id") == "errors"
    assert page.title().startswith("Error: ")
    found += inspect(page)
    for link in page.locator("#errors a").all():
        assert page.locator(link.get_attribute("href") or "").count() == 1
    context.close()
    assert found == []
