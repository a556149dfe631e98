"""axe-core and our own eyes on every page and state: no violation, no sideways scroll, no blocked style."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.test_journey import MEETING, WORKSHOP, register, sign_in

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
    "/change",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def inspect(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands."""
    result = Axe().run(page, options=RULES)
    found = [f"axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in result.response["violations"]]
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first level")
    if page.evaluate("document.querySelectorAll('[style]').length"):
        found.append("inline style")
    width = page.viewport_size["width"] if page.viewport_size else 0
    scroll = page.evaluate("document.documentElement.scrollWidth")
    if scroll > width:
        found.append(f"sideways scroll: {scroll} in {width}")
    return [f"{page.url}: {one}" for one in found]


def blocked(page: Page) -> list[str]:
    """Collect what the content security policy refuses on *page* from now on."""
    refused: list[str] = []
    page.on(
        "console", lambda told: refused.append(told.text) if "Content Security Policy" in told.text else None
    )
    return refused


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_public_page_has_a_violation(browser: Browser, site, width, scheme):
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False
    )
    page = context.new_page()
    refused = blocked(page)
    found: list[str] = []
    titles: dict[str, str] = {}
    for address in PUBLIC:
        page.goto(address)
        found += inspect(page)
        titles.setdefault(page.title(), address)
    page.goto(f"{MEETING}/register")
    page.locator("button.primary").click()
    found += inspect(page)
    register(page, MEETING, "Ada Axe", f"ada.axe{width}{scheme}@example.org")
    found += inspect(page)
    register(page, WORKSHOP, "Ada Axe", f"ada.axe{width}{scheme}@example.org")
    found += inspect(page)
    page.get_by_text("Leave the waitlist", exact=True).click()
    found += inspect(page)
    page.get_by_role("button", name="Yes, leave the waitlist").click()
    found += inspect(page)
    page.goto("/dev/mailbox/")
    page.locator("tbody a").first.click()
    found += inspect(page)
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
    page.goto("/organiser/events/workshop-on-nomenclatures/attendees")
    registration = (page.locator("tbody th a").first.get_attribute("href") or "").rsplit("/", 1)[1]
    page.goto("/organiser/events/workshop-on-nomenclatures/capacity")
    pool = page.locator("input[name=pool]").first.get_attribute("value")
    for address in OFFICE:
        page.goto(address.format(registration=registration, pool=pool))
        found += inspect(page)
    page.goto("/organiser/organisers/ditta/events/new")
    page.locator("main button.primary").click()
    assert page.locator("#errors").count() == 1
    found += inspect(page)
    context.close()
    assert found == []
    assert refused == []


def test_the_rig_finds_seeded_faults(page: Page):
    page.goto(f"{MEETING}/register")
    assert inspect(page) == []
    page.evaluate("document.querySelector('label[for=name]').remove()")
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<h1>Again</h1>')")
    # With a height of its own: a box that is empty makes no page wider.
    wide = "Object.assign(document.createElement('div'), {className: 'card'})"
    page.evaluate(f"document.querySelector('main').append({wide})")
    page.evaluate("document.querySelector('main > div:last-child').style.minInlineSize = '3000px'")
    told = " ".join(inspect(page))
    for fault in ("axe label", "2 headings", "inline style", "sideways scroll"):
        assert fault in told
