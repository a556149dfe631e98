"""Walk with one registration through the house, and count where it comes by: python -m tools.walk [--files].

Registers two people for an event of the demo as a browser does, then lets the worker write and send the
mail, and looks at each call between two files of ours. It asks for nothing but the demo, so an older
checkout is measured by the same file: PYTHONPATH=CHECKOUT python tools/walk.py
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from types import FrameType

from flask import Flask

import registration
from registration.app import create_app
from registration.core.database import db
from registration.demo.build import build
from registration.mail.worker import send_due
from registration.schema.migrations import migrate

EVENT = "/events/ditta-annual-meeting/register"
# What is typed; the rest of the form stays as the page draws it.
TYPED = {
    "name": "Ada Lovelace",
    "email": "ada.walks@example.org",
    "attendees-0-name": "Ada Lovelace",
    "attendees-1-name": "Charles Babbage",
    "consent": "y",
}
HOUSE = str(Path(registration.__file__).parent)
# The least time that a form takes a person.
PATIENCE = 3
# What every request and every mail goes through, whatever it is about.
GROUND = ("core", "web", "app.py")


class Walk:
    """The files of the house in the order they are entered, and the ways between them."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.arrows: dict[tuple[str, str], None] = {}
        # Classes of the house of which something was made, in the order of the first.
        self.shapes: dict[str, None] = {}

    @property
    def returns(self) -> list[tuple[str, str]]:
        """The ways that lead into a file that was entered before."""
        entered: set[str] = set()
        back = []
        for arrow in self.arrows:
            if arrow[1] in entered:
                back.append(arrow)
            entered.update(arrow)
        return back

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        made = frame.f_locals.get("self")
        # The __init__ that dataclasses write has no file.
        if frame.f_code.co_name == "__init__" and type(made).__module__.startswith("registration."):
            self.shapes[f"{type(made).__module__}.{type(made).__qualname__}"] = None
        here, there = _file(frame), _caller(frame)
        if here is None or here == there:
            return
        self.files += [] if here in self.files else [here]
        if there is not None:
            self.arrows[(there, here)] = None


def _file(frame: FrameType) -> str | None:
    """Return the file of the features that *frame* runs in, if it does."""
    name = frame.f_code.co_filename
    if not name.startswith(HOUSE) or frame.f_code.co_name == "<module>":
        return None
    inside = name[len(HOUSE) + 1 :]
    return None if inside.startswith(GROUND) else inside


def _caller(frame: FrameType) -> str | None:
    """Return the file of the features that led here, through whatever stands between."""
    back = frame.f_back
    while back is not None:
        found = _file(back)
        if found is not None:
            return found
        back = back.f_back
    return None


@contextmanager
def walking() -> Iterator[Walk]:
    """Look at every call of this thread."""
    walk = Walk()
    sys.setprofile(walk)
    try:
        yield walk
    finally:
        sys.setprofile(None)


class _Form(HTMLParser):
    """What a browser sends of the page's form with nothing typed and the first of each choice picked."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what stands in a control."""
        given = dict(attrs)
        self._is_inside = given.get("action") == EVENT if tag == "form" else self._is_inside
        is_sent = given.get("type") not in ("submit", "checkbox", "file") or "checked" in given
        if self._is_inside and tag in ("input", "textarea") and given.get("name") and is_sent:
            # Of a choice the first.
            self.fields.setdefault(str(given["name"]), given.get("value") or "")


@contextmanager
def _demo() -> Iterator[Flask]:
    with tempfile.TemporaryDirectory(prefix="registration-walk-") as folder:
        app = create_app(
            {
                "ENV": "development",
                "DATA": folder,
                "DATABASE_URL": f"sqlite:///{folder}/walk.sqlite3",
                "SECRET_KEY": "a secret for a walk, known to everybody",
                "MAIL_URL": f"file://{folder}/mails",
                "BASE_URL": "http://localhost",
                "UID_HOST": "registration.example.org",
            }
        )
        with app.app_context():
            migrate(db.engine)
            build()
            send_due()
        yield app


def walks() -> tuple[Walk, Walk]:
    """Return the way of the form, from the request to its answer, and that of its mails."""
    with _demo() as app:
        client = app.test_client()
        # Once before: what is made at the first of all requests is nobody's way.
        page = client.get(f"{EVENT}?attendees=2")
        form = _Form()
        form.feed(page.get_data(as_text=True))
        time.sleep(PATIENCE)
        with walking() as registering:
            answer = client.post(EVENT, data=form.fields | TYPED)
        if answer.status_code != 303:
            sys.exit(f"The form came back: {answer.status}")
        with app.app_context(), walking() as mailing:
            if not send_due():
                sys.exit("No mail was due.")
    return registering, mailing


def main() -> int:
    """Print the figures, and with --files what they count."""
    for name, walk in zip(("form to answer", "mail"), walks(), strict=True):
        print(
            f"{name}: {len(walk.files)} files, {len(walk.arrows)} ways between them, "
            f"{len(walk.returns)} lead back, {len(walk.shapes)} shapes"
        )
        if "--files" in sys.argv:
            print("", *walk.files, "", *walk.shapes, "", *map(" -> ".join, walk.returns), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
