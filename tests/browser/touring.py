"""What the tours share: a visitor with her screen, hands and language; an application beside the server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from registration import create_app
from registration.core.database import db
from tests.browser.demo_site import Site
from tests.browser.hands import follow
from tests.ical.checker import check_calendar

BROWSER_NAMES = {"en": "en-GB", "fr": "fr-BE", "nl": "nl-BE", "de": "de-DE", "zh": "zh-CN"}


@dataclass(frozen=True)
class Way:
    """How somebody visits."""

    locale: str
    width: int
    scripts: bool
    keys: bool

    def __str__(self) -> str:
        script = "scripts" if self.scripts else "no scripts"
        return f"{self.locale}, {self.width} px, {script}, {'keyboard' if self.keys else 'pointer'}"


class Visitor:
    """A page in the visitor's language, and the hands that use it: a pointer, or the keyboard alone."""

    def __init__(self, page: Page, way: Way, site: Site, email: str) -> None:
        self.page = page
        self.way = way
        self.site = site
        self.email = email

    def write(self, at: str, text: str) -> None:
        """Write into a field."""
        if self.way.keys:
            self._tab_to(self.page.locator(at))
            self.page.keyboard.insert_text(text)
        else:
            self.page.locator(at).fill(text)

    def press(self, at: str) -> None:
        """Follow a link, press a button, tick a box or open what is folded."""
        target = self.page.locator(at).first
        stays = target.evaluate("one => one.type || one.localName") in {"checkbox", "radio", "summary"}
        if not self.way.keys:
            target.click() if stays else follow(target)
            return
        self._tab_to(target)
        if stays:
            self.page.keyboard.press("Space")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def states(self) -> list[str | None]:
        """Return the state of each registration on the page, in their order."""
        return [one.get_attribute("data-state") for one in self.page.locator(".registration").all()]

    def says(self) -> str:
        return self.page.locator("main").inner_text()

    def feed(self) -> str:
        """Return the calendar that the visitor's program would fetch now."""
        address = self.page.locator("aside input.code").first.input_value()
        raw = self.page.request.get(address).body()
        assert check_calendar(raw) == []
        return raw.decode()

    def mail(self, subject: str, email: str = "") -> EmailMessage:
        """Wait for a mail whose subject begins so."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for path in self.site.mails():
                mail = _mail(path)
                if (email or self.email) in str(mail["To"]) and str(mail["Subject"]).startswith(subject):
                    return mail
            time.sleep(0.1)
        told = [str(one["Subject"]) for one in map(_mail, self.site.mails()) if self.email in str(one["To"])]
        raise AssertionError(f"no mail {subject!r} among {told}")

    def _tab_to(self, target: Locator) -> None:
        target.wait_for()
        for _press in range(120):
            if target.evaluate("one => one === document.activeElement"):
                ring = target.evaluate("one => getComputedStyle(one).outlineStyle")
                assert ring != "none", "what has the focus must show it"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")


@cache
def _mail(path: Path) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def calendar_in(mail: EmailMessage) -> str:
    """Return the invitation in a mail."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    raw = part.get_payload(decode=True)
    assert check_calendar(raw) == []
    return raw.decode()


@contextmanager
def visiting(browser: Browser, site: Site, way: Way, email: str) -> Iterator[Visitor]:
    """Open a browser that speaks the visitor's language."""
    context = browser.new_context(
        base_url=site.url,
        java_script_enabled=way.scripts,
        viewport={"width": way.width, "height": 800},
        locale=BROWSER_NAMES[way.locale],
    )
    yield Visitor(context.new_page(), way, site, email)
    context.close()


@contextmanager
def beside(site: Site) -> Iterator[None]:
    """Do what follows as another process of the same installation would."""
    app = create_app({"DATA": str(site.folder), "BASE_URL": site.url})
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()
