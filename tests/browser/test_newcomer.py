"""What a newcomer does beyond filling in fields: counted here, told in docs/attendee.md."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_journey import MEETING
from tests.house.files import ROOT, read

PROGRAMME = "/programmes/ditta-annual-meeting-and-workshop"


class Newcomer:
    """Fills in what is asked, and counts every other thing to do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps: list[str] = []

    def step(self, name: str, at: str) -> None:
        """Press or tick what asks for nothing about the person."""
        self.page.locator(at).click()
        self.steps.append(name)

    def tell(self, name: str, email: str) -> None:
        """Fill in every field that must be filled: the name, the address, the category."""
        self.page.locator("#name").fill(name)
        self.page.locator("#email").fill(email)

    def is_registered(self) -> bool:
        self.page.wait_for_url("**/bookings/**")
        # Other tests may have taken the last seat meanwhile; the steps are the same.
        return self.page.locator("[data-state]").first.get_attribute("data-state") in {
            "confirmed",
            "waitlisted",
        }


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_newcomer_registers_in_three_steps_more_than_the_fields(browser: Browser, site, scripts, width):
    context = browser.new_context(
        base_url=site.url, java_script_enabled=scripts, viewport={"width": width, "height": 800}
    )
    newcomer = Newcomer(context.new_page())
    newcomer.page.goto(f"{MEETING}/")
    newcomer.step("open the form", "main a.button.primary, aside a.button.primary")
    newcomer.tell("Ada Newcomer", f"ada.newcomer{width}{scripts}@example.org")
    newcomer.page.get_by_label("Staff").check()
    newcomer.step("tick the agreement", "#consent")
    newcomer.step("press Register", "button.primary")
    assert newcomer.is_registered()
    assert newcomer.steps == told()
    context.close()


# What can be seen of the form: its controls, the radios of a group as one, and its words.
SEEN = """() => {
  const form = document.querySelector("#form");
  const fields = [...form.elements].filter((one) => one.checkVisibility() && !one.closest(".visually-hidden")
    && !/^(BUTTON|FIELDSET)$/.test(one.tagName));
  return [new Set(fields.map((one) => one.name)).size, form.innerText.match(/\\S+/g).length];
}"""


def test_the_form_for_one_person_is_short(browser: Browser, site):
    context = browser.new_context(base_url=site.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/events/health-data-round-table/register")
    fields, words = page.evaluate(SEEN)
    # A question with its hint and its agreement is among them, and two sentences on what happens next.
    assert fields == 6
    assert words <= 95
    page.get_by_role("button", name="Add another person").click()
    assert page.evaluate(SEEN)[0] == 10
    context.close()


def test_a_programme_takes_no_step_more(page: Page):
    newcomer = Newcomer(page)
    page.goto(f"{PROGRAMME}/")
    newcomer.step("open the form", "main a.button.primary, aside a.button.primary")
    newcomer.tell("Ben Newcomer", "ben.newcomer@example.org")
    page.locator("input[name=events][value=ditta-annual-meeting]").check()
    page.locator("#attendee-1").get_by_label("Staff").last.check()
    newcomer.step("tick the agreement", "#consent")
    newcomer.step("press Register", "button.primary")
    assert newcomer.is_registered()
    assert newcomer.steps == told()


def told() -> list[str]:
    """Return the steps that the guide counts."""
    steps = re.findall(r"^\d\. \*\*(.+?)\*\*", read(ROOT / "docs" / "attendee.md"), re.M)
    assert len(steps) <= 3
    return steps
