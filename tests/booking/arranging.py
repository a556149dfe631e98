"""Arrange what the tests of the booking's page share: a booking, its page, and the mails about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from icalendar import Calendar

from registration.booking.admission.services import register
from registration.core.database import db
from registration.doctor.examine import Finding, examine
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from registration.seats.models import Registration
from tests.factories import Made, application, registration_of, token_in


class Postbox(FolderTransport):
    """Keeps what was sent, in its order."""

    def __init__(self) -> None:
        super().__init__(Path("unused"))
        self.sent: list[tuple[str, EmailMessage]] = []

    @contextmanager
    def connection(self) -> Iterator[None]:
        yield

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        parsed = message_from_bytes(raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.sent.append((recipient, parsed))


def sent() -> list[tuple[str, EmailMessage]]:
    """Send what is due and return (address, mail) of each."""
    box = Postbox()
    send_due(box)
    return box.sent


def to(mails: list[tuple[str, EmailMessage]], address: str) -> EmailMessage:
    """Return the one mail to *address*."""
    [found] = [mail for recipient, mail in mails if recipient == address]
    return found


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, folder: str) -> str:
    """Return the path of the link to *folder* in a mail."""
    found = re.search(rf"http://localhost(/{folder}/[^/\s]+/)", text_of(mail))
    assert found is not None, text_of(mail)
    return found[1]


def calendar_of(mail: EmailMessage) -> Calendar | None:
    """Return the invitation in a mail, or None."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return Calendar.from_ical(part.get_payload(decode=True))
    return None


def booked(event: Made, name: str = "Ada", **values: Any) -> tuple[str, Registration]:
    """Return (path of the page, registration) of a new booking."""
    receipt = register(application(event, name, **values))
    return f"/bookings/{receipt.token}/", registration_of(receipt)


def key_of(client: FlaskClient, page: str) -> str:
    """Return the key that the forms of *page* carry."""
    return token_in(client.get(page).text, "key")


def fields_in(html: str) -> dict[str, str]:
    """Return the text fields and boxes of a form, as a browser would send them back."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_choice = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name is not None and (not is_choice or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option(?=[^>]* selected)[^>]*value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s?([^<]*)</textarea>', html))
    return found


def troubles() -> list[Finding]:
    """Return what the doctor finds wrong."""
    return [finding for finding in examine(db.engine) if not finding.holds]
