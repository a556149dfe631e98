"""Take the pictures in docs/screens/mails: every kind of mail as a phone shows it, light beside dark.

They are of the samples that tests/mail reviews, on the day that stands still there, so they change only with
the mails. `make screens` takes them too; alone: python -m tools.mail_screens
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from registration import create_app
from registration.core.database import db
from registration.schema.migrations import migrate
from registration.web import catalogue
from tests.browser.demo_site import chromium
from tests.conftest import settings_for
from tests.mail.samples import SAMPLES, Office
from tests.web.pseudo import CODE, write_catalogue
from tools.pictures import Picture, beside, read_png, small_png

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens" / "mails"
WIDTH, TALLEST = 360, 1100
COLOURS = 24
# One of each kind, in English.
KINDS = tuple(sorted(name for name in SAMPLES if "-" not in name))
# Some in every other language, and in one that nobody speaks, written from the right.
LANGUAGES = ("fr", "nl", "de", "zh", CODE)
IN_LANGUAGES = ("confirmed", "offered", "programme")

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def main() -> int:
    """Take them all."""
    with tempfile.TemporaryDirectory() as data, chromium() as browser:
        take_mails(browser, FOLDER, Path(data))
    return 0


def take_mails(browser: Browser, folder: Path, data: Path) -> None:
    """Take every picture into *folder*; *data* is for what it needs on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with _office(data) as office:
        for name in KINDS:
            shown = [_picture(browser, office.mail(name, "en"), scheme) for scheme in SCHEMES]
            (folder / f"{name}.png").write_bytes(small_png(beside(shown), COLOURS))
        for name in IN_LANGUAGES:
            shown = [_picture(browser, office.mail(name, code), "light") for code in LANGUAGES]
            (folder / f"languages-{name}.png").write_bytes(small_png(beside(shown), COLOURS))


@contextmanager
def _office(data: Path) -> Iterator[Office]:
    words, database = data / "translations", data / "mails.sqlite3"
    shutil.copytree(catalogue.FOLDER, words)
    write_catalogue(words)
    catalogue.FOLDER = words
    app = create_app(settings_for(f"sqlite:///{database}", data))
    with app.app_context():
        migrate(db.engine)
        yield Office(database)
        db.session.remove()
        db.engine.dispose()


def _picture(browser: Browser, mail: EmailMessage, scheme: Scheme) -> Picture:
    body = mail.get_body(("html",))
    assert body is not None
    context = browser.new_context(viewport={"width": WIDTH, "height": 200}, color_scheme=scheme)
    page = context.new_page()
    page.set_content(str(body.get_content()))
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    if wide > WIDTH:
        raise SystemExit(f"A mail is {wide} pixels wide: {mail['Subject']}")
    tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    raw = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": tall})
    context.close()
    return read_png(raw)


if __name__ == "__main__":
    sys.exit(main())
