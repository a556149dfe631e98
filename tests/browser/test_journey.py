"""The main story in a real browser: a full workshop, a meeting with seats, a seat that goes to the next."""

import re
import time
from email import policy
from email.parser import BytesParser

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import follow
from tests.ical.checker import check_calendar

WORKSHOP = "/events/workshop-on-nomenclatures"
MEETING = "/events/ditta-annual-meeting"


def register(page: Page, event: str, name: str, email: str) -> str:
    """Fill in the form and return the address of the booking's page."""
    page.goto(f"{event}/")
    follow(page.get_by_role("link", name=re.compile("^(Register|Join the waitlist)$")))
    page.locator("#name").fill(name)
    page.locator("#email").fill(email)
    page.get_by_label("Non-member").check()
    page.get_by_label("uses these details").check()
    follow(page.locator("button.primary"))
    assert "/bookings/" in page.url
    return page.url


def mail_to(site, email: str, subject: str):
    """Wait for a mail and return it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for path in site.mails():
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            if email in mail["To"] and subject in mail["Subject"]:
                return mail
        time.sleep(0.1)
    raise AssertionError(f"no mail {subject!r}")


def calendar_of(mail) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    raw = part.get_payload(decode=True)
    assert check_calendar(raw) == []
    return raw.decode()


# Each width and each way once; the tours (test_tours.py) go through the pairs.
@pytest.mark.parametrize(
    ("width", "scripts"),
    [(360, False), (1280, True)],
    ids=["360, without JavaScript", "1280, with JavaScript"],
)
def test_a_seat_a_place_on_the_waitlist_and_a_promotion(browser: Browser, site, scripts, width):
    context = browser.new_context(
        base_url=site.url, java_script_enabled=scripts, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    who = f"ada{width}{'js' if scripts else ''}@example.org"

    register(page, MEETING, "Ada Lovelace", who)
    assert page.locator("[data-state]").get_attribute("data-state") == "confirmed"
    confirmed = mail_to(site, who, "Your seat is confirmed: DITTA annual meeting")
    assert "STATUS:CONFIRMED" in calendar_of(confirmed)

    for number in range(3):
        # Whoever an earlier story left a seat for takes it first, so that the workshop is full.
        register(page, WORKSHOP, "Ben Before", f"ben{number}.{who}")
        if page.locator("[data-state]").get_attribute("data-state") == "waitlisted":
            break
    address = register(page, WORKSHOP, "Ada Lovelace", who)
    card = page.locator("[data-state]")
    assert card.get_attribute("data-state") == "waitlisted"
    position = int(card.get_attribute("data-position") or 0)
    assert position >= 1
    assert "STATUS:TENTATIVE" in calendar_of(
        mail_to(site, who, f"You are number {position} on the waitlist: Workshop")
    )
    feed = page.get_by_label("Your calendar link").input_value()
    assert "STATUS:TENTATIVE" in page.request.get(feed).text()

    # Everybody ahead gives up their place, then somebody who sits gives up a seat.
    office = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    desk = office.new_page()
    sign_in(desk, site, "owner.ditta@example.org")
    while position > 1:
        desk.goto("/organiser/events/workshop-on-nomenclatures/waitlist")
        follow(desk.locator("tr[data-position='1'] th a"))
        cancel(desk)
        position -= 1
    desk.goto("/organiser/events/workshop-on-nomenclatures/attendees?state=confirmed")
    follow(desk.locator("tbody th a").first)
    cancel(desk)
    office.close()

    page.goto(address)
    assert page.locator("[data-state]").get_attribute("data-state") == "confirmed"
    promoted = mail_to(site, who, "You now have a seat: Workshop")
    assert "STATUS:CONFIRMED" in calendar_of(promoted)
    assert "STATUS:CONFIRMED" in page.request.get(feed).text()

    page.get_by_text("Cancel my registration", exact=True).click()
    follow(page.get_by_role("button", name="Yes, cancel"))
    assert page.locator("[data-state]").get_attribute("data-state") == "cancelled"
    assert "METHOD:CANCEL" in calendar_of(mail_to(site, who, "Registration cancelled: Workshop"))
    assert "STATUS:CANCELLED" in page.request.get(feed).text()
    context.close()
    assert site.command("doctor").returncode == 0


def test_the_keyboard_alone_registers(page: Page, site):
    page.goto(f"{MEETING}/register")
    wanted = {"name": "Ben Keyboard", "email": "ben.keyboard@example.org"}
    done = set()
    for _press in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.id || document.activeElement.className")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if focused in wanted and focused not in done:
            page.keyboard.type(wanted[focused])
        elif focused.endswith("category-0") or focused == "consent":
            page.keyboard.press("Space")
        elif "primary" in focused:
            assert ring != "none"
            page.keyboard.press("Enter")
            break
        done.add(focused)
    page.wait_for_url("**/bookings/**")
    assert page.locator("[data-state]").get_attribute("data-state") == "confirmed"


def test_enter_in_a_field_registers_and_does_not_add_an_attendee(page: Page):
    page.goto(f"{MEETING}/register")
    page.locator("#name").fill("Cleo Enter")
    page.locator("#email").fill("cleo.enter@example.org")
    page.get_by_label("Non-member").check()
    page.get_by_label("uses these details").check()
    page.locator("#email").press("Enter")
    page.wait_for_url("**/bookings/**")


def test_the_error_summary_has_the_focus_without_javascript(browser: Browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{MEETING}/register")
    follow(page.locator("button.primary"))
    assert page.title().startswith("Error: ")
    assert page.locator("#errors:focus").count() == 1
    page.get_by_role("link", name="Enter your full name.").click()
    assert page.locator("#name:focus").count() == 1
    context.close()


def test_going_back_after_an_error_shows_the_form_as_it_was_typed(page: Page):
    page.goto(f"{MEETING}/register")
    page.locator("#name").fill("Ada Back")
    follow(page.locator("button.primary"))
    page.locator("#email").fill("ada.back@example.org")
    page.get_by_label("Non-member").check()
    page.get_by_label("uses these details").check()
    follow(page.locator("button.primary"))
    page.wait_for_url("**/bookings/**")
    page.go_back()
    assert page.locator("#name").input_value() == "Ada Back"


def sign_in(page: Page, site, email: str) -> None:
    page.goto("/login")
    page.locator("input[name=email]").fill(email)
    page.get_by_label("Password").fill(site.password(email))
    follow(page.locator("main button[type=submit]"))
    page.wait_for_url("**/organiser/")


def cancel(page: Page) -> None:
    page.get_by_text("Cancel this registration").click()
    follow(page.get_by_role("button", name="Yes, cancel it"))
    page.get_by_role("status").get_by_text("Cancelled.").wait_for()
