"""axe-core and our own eyes on every page and state: no violation, no sideways scroll, no blocked style."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import follow
from tests.browser.rig import blocked, inspect, inspect_colours
from tests.browser.test_journey import MEETING, WORKSHOP, register, sign_in

Look = Callable[[Page], list[str]]
PUBLIC = (
    "/",
    f"{WORKSHOP}/",
    f"{MEETING}/",
    "/events/gala-60-years/",
    f"{MEETING}/register",
    f"{WORKSHOP}/register",
    "/events/gala-60-years/register",
    f"{MEETING}/registered",
    "/programmes/ditta-annual-meeting-and-workshop/",
    "/programmes/ditta-annual-meeting-and-workshop/registered",
    "/organisers/ditta/",
    "/privacy",
    "/accessibility",
    "/login",
    "/reset",
    "/nothing-here",
    "/bookings/nothing/",
    "/bookings/link",
    "/bookings/link/sent",
    "/invitations/nothing/",
    "/events/workshop-on-nomenclatures/poster",
    "/dev/mailbox/",
)
OFFICE = (
    "/organiser/",
    "/organiser/events/workshop-on-nomenclatures/",
    "/organiser/events/workshop-on-nomenclatures/attendees",
    "/organiser/events/workshop-on-nomenclatures/attendees?q=nobody",
    "/organiser/events/workshop-on-nomenclatures/registrations/{registration}",
    "/organiser/events/workshop-on-nomenclatures/waitlist",
    "/organiser/events/workshop-on-nomenclatures/capacity",
    "/organiser/events/workshop-on-nomenclatures/capacity?pool={pool}&wanted=30",
    "/organiser/events/workshop-on-nomenclatures/capacity?pool={pool}&wanted=-1",
    "/organiser/events/workshop-on-nomenclatures/exports",
    "/organiser/events/workshop-on-nomenclatures/messages",
    "/organiser/events/workshop-on-nomenclatures/journal",
    "/organiser/events/workshop-on-nomenclatures/checkin",
    "/organiser/events/workshop-on-nomenclatures/edit",
    "/organiser/events/workshop-on-nomenclatures/edit/questions",
    "/organiser/events/workshop-on-nomenclatures/edit/categories",
    "/organiser/events/workshop-on-nomenclatures/edit/categories/{category}",
    "/organiser/events/ditta-annual-meeting/sessions",
    "/organiser/events/ditta-annual-meeting/sessions/{session}",
    "/organiser/events/workshop-on-nomenclatures/translations/fr",
    "/organiser/events/workshop-on-nomenclatures/edit/materials",
    "/organiser/events/workshop-on-nomenclatures/ways-in",
    "/organiser/events/workshop-on-nomenclatures/invitations",
    "/organiser/events/workshop-on-nomenclatures/invitations/add",
    "/organiser/events/workshop-on-nomenclatures/reconfirmation",
    "/organiser/events/workshop-on-nomenclatures/reconfirmation/plan",
    "/organiser/organisers/ditta/events/new",
    "/organiser/organisers/ditta/programmes/new",
    "/organiser/organisers/ditta/firms",
    "/organiser/programmes/ditta-annual-meeting-and-workshop/edit",
    "/organiser/programmes/ditta-annual-meeting-and-workshop/translations/fr",
    "/change",
)

# Forms that come back with errors when somebody presses their button and has filled in nothing.
WRONG = (
    f"{MEETING}/register",
    f"{MEETING}/register?attendees=2",
    "/programmes/ditta-annual-meeting-and-workshop/register",
    "/login",
    "/reset",
    "/bookings/link",
)
WRONG_IN_OFFICE = (
    "/organiser/organisers/ditta/events/new",
    "/organiser/organisers/ditta/programmes/new",
    "/organiser/events/workshop-on-nomenclatures/invitations/add",
    "/organiser/events/workshop-on-nomenclatures/messages/new",
    "/change",
)


def inspect_errors(page: Page, address: str, look: Look = inspect) -> list[str]:
    page.goto(address)
    follow(page.locator("main button.primary").first)
    return look(page) if page.locator("#errors").count() else [f"{address}: no errors"]


def office_addresses(page: Page) -> list[str]:
    """Return the addresses of the back office, with the numbers that the demo gave to their parts."""

    def linked(address: str, link: str) -> str:
        page.goto(address)
        return (page.locator(link).first.get_attribute("href") or "").rsplit("/", 1)[1]

    workshop = "/organiser/events/workshop-on-nomenclatures"
    numbers = {
        "registration": linked(f"{workshop}/attendees", "tbody th a"),
        "category": linked(f"{workshop}/edit/categories", "dl.facts dt a"),
        "session": linked("/organiser/events/ditta-annual-meeting/sessions", "dl.facts dt a"),
    }
    page.goto(f"{workshop}/capacity")
    numbers["pool"] = page.locator("input[name=pool]").first.get_attribute("value") or ""
    return [address.format(**numbers) for address in OFFICE]


# Colours do not hang on the width.
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "light"), (1280, "dark")])
def test_no_public_page_has_a_violation(browser: Browser, site, width, scheme):
    # What a dark scheme changes are colours; the rest is looked at in light.
    look = inspect if scheme == "light" else inspect_colours
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False
    )
    page = context.new_page()
    refused = blocked(page)
    found: list[str] = []
    titles: dict[str, str] = {}
    for address in PUBLIC:
        page.goto(address)
        found += look(page)
        titles.setdefault(page.title(), address)
    for address in WRONG:
        found += inspect_errors(page, address, look)
    register(page, MEETING, "Ada Axe", f"ada.axe{width}{scheme}@example.org")
    found += look(page)
    register(page, WORKSHOP, "Ada Axe", f"ada.axe{width}{scheme}@example.org")
    found += look(page)
    page.get_by_text("Leave the waitlist", exact=True).click()
    found += look(page)
    follow(page.get_by_role("button", name="Yes, leave the waitlist"))
    found += look(page)
    page.goto("/dev/mailbox/")
    follow(page.locator("tbody a").first)
    found += look(page)
    context.close()
    assert found == []
    assert refused == []
    assert len(titles) >= len(PUBLIC) - 2


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_the_back_office_has_a_violation(browser: Browser, site, width):
    context = browser.new_context(base_url=site.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    refused = blocked(page)
    found: list[str] = []
    sign_in(page, site, "owner.ditta@example.org")
    for address in office_addresses(page):
        page.goto(address)
        found += inspect(page)
    for address in WRONG_IN_OFFICE:
        found += inspect_errors(page, address)
    context.close()
    assert found == []
    assert refused == []
