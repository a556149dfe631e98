"""Take the pictures in docs/screens from the demo: `make screens`, or python -m tools.screens [FOLDER].

The pictures show whatever the demo holds today, so they change with the day they are taken on.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.browser.demo_site import Site, chromium, serving_demo
from tools.mail_screens import take_mails
from tools.pictures import read_png, small_png

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens"
WIDTHS = (360, 1280)
# What is longer is cut: the picture is for a look, and the repository keeps every one ever taken.
TALLEST = {360: 1300, 1280: 860}
MOST_BYTES, MOST_IN_ALL = 150_000, 3_000_000
WORKSHOP = "/events/workshop-on-nomenclatures"
MEETING = "/events/ditta-annual-meeting"
PROGRAMME = "/programmes/ditta-annual-meeting-and-workshop"
OFFICE = f"/organiser{WORKSHOP}"

MARGIN = 24
COLOURS = 64

Shoot = Callable[..., None]


def main() -> int:
    """Take every picture into the folder named, and say how large they are."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving_demo(Path(data)) as site, chromium() as browser:
        for width in WIDTHS:
            _visit(browser, site, folder, width)
        take_mails(browser, folder / "mails", Path(data) / "samples")
    sizes = {path.name: path.stat().st_size for path in sorted(folder.rglob("*.png"))}
    for name, size in sizes.items():
        print(f"{size / 1000:6.0f} kB  {name}")
    print(f"{sum(sizes.values()) / 1000:6.0f} kB  in all {len(sizes)}")
    return int(max(sizes.values()) > MOST_BYTES or sum(sizes.values()) > MOST_IN_ALL)


def _visit(browser: Browser, site: Site, folder: Path, width: int) -> None:
    """Go once through what attendees and organisers see."""
    with _page(browser, site, width) as page:

        def shoot(name: str, at: str = "html") -> None:
            _shoot(page, folder / f"{name}-{width}.png", width, at)

        _attendee(page, site, shoot, width)
        _organiser(page, site, shoot)


def _attendee(page: Page, site: Site, shoot: Shoot, width: int) -> None:
    for name, address in (
        ("front", "/"),
        ("event", f"{MEETING}/"),
        ("form", f"{MEETING}/register"),
        ("programme", f"{PROGRAMME}/"),
        ("programme-form", f"{PROGRAMME}/register"),
    ):
        page.goto(address)
        shoot(name)
    page.goto(f"{MEETING}/register")
    page.locator("#name").fill("Ada Lovelace")
    page.locator("#email").fill("ada@example")
    page.locator("button.primary").click()
    shoot("errors")
    _register(page, f"{MEETING}/register", f"ada.meeting{width}@example.org")
    shoot("confirmed")
    _register(page, f"{WORKSHOP}/register", f"ada.workshop{width}@example.org")
    shoot("waitlisted")
    page.goto(_link(site, "A seat is free"))
    shoot("offered", ".registration[data-state=offered]")
    _party(page, f"ada.party{width}@example.org")
    shoot("mixed")


def _organiser(page: Page, site: Site, shoot: Shoot) -> None:
    page.goto("/login")
    page.locator("input[name=email]").fill("owner.ditta@example.org")
    page.locator("input[name=password]").fill(site.password("owner.ditta@example.org"))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/organiser/")
    for name, ending in (("overview", "/"), ("waitlist", "/waitlist")):
        page.goto(f"{OFFICE}{ending}")
        shoot(name)
    page.goto(f"{OFFICE}/capacity")
    wanted = page.locator("input[name=wanted]").first
    wanted.fill(str(int(wanted.input_value()) + 4))
    wanted.press("Enter")
    page.wait_for_url("**wanted=**")
    shoot("capacity-preview")


def _register(page: Page, address: str, email: str) -> None:
    page.goto(address)
    page.locator("#name").fill("Ada Lovelace")
    page.locator("#email").fill(email)
    page.get_by_label("Non-member").check()
    page.locator("#consent").check()
    page.locator("button.primary").click()
    page.wait_for_url("**/bookings/**")


def _party(page: Page, email: str) -> None:
    """Register two for the meeting and the full workshop with one form."""
    page.goto(f"{PROGRAMME}/register?attendees=2")
    page.locator("#name").fill("Ada Lovelace")
    page.locator("#email").fill(email)
    for slug in (WORKSHOP, MEETING):
        page.locator(f"input[name=events][value={slug.rpartition('/')[2]}]").check()
    page.locator("#attendees-1-name").fill("Ben Okonkwo")
    for choice in page.get_by_label("Non-member").all():
        choice.check()
    page.locator("#consent").check()
    page.locator("form.form > p > button.primary").click()
    page.wait_for_url("**/bookings/**")


@contextmanager
def _page(browser: Browser, site: Site, width: int) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 800},
        color_scheme="light",
        locale="en-GB",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _shoot(page: Page, path: Path, width: int, at: str = "html") -> None:
    """Take the page from a little above what stands *at*."""
    page.evaluate("scrollTo(0, 0)")
    top = max(0, int(page.locator(at).bounding_box()["y"]) - MARGIN)  # type: ignore[index]
    tall = min(TALLEST[width], int(page.evaluate("document.documentElement.scrollHeight")) - top)
    raw = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": width, "height": tall})
    path.write_bytes(small_png(read_png(raw), COLOURS))


def _newest(site: Site, subject: str) -> Path:
    for path in reversed(site.mails()):
        mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        if str(mail["Subject"]).startswith(subject):
            return path
    raise SystemExit(f"The demo has no mail {subject!r}.")


def _link(site: Site, subject: str) -> str:
    """Return the path of the booking that the newest such mail tells of."""
    mail = BytesParser(policy=policy.default).parsebytes(_newest(site, subject).read_bytes())
    body = mail.get_body(("plain",))
    found = re.search(r"https?://\S+/bookings/[\w-]+/", body.get_content() if body else "")
    if found is None:
        raise SystemExit(f"The mail {subject!r} has no link.")
    return urlsplit(found[0]).path


if __name__ == "__main__":
    sys.exit(main())
