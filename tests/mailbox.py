"""What the worker sent, read back from its folder as a mail program would."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import current_app

from registration.core.database import db
from registration.mail.worker import send_due


def sent() -> list[EmailMessage]:
    """Send what is due and return every mail so far, first to last."""
    send_due()
    db.session.rollback()
    return written(Path(current_app.config["MAIL_URL"].removeprefix("file://")))


def written(folder: Path) -> list[EmailMessage]:
    """Return the mails that lie in *folder*, first to last."""
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default) for path in files]


def sent_to(address: str) -> list[tuple[str, str]]:
    """Send what is due and return (subject, text) of every mail to *address* so far, first to last."""
    return [(str(mail["Subject"]), body(mail)) for mail in sent() if address in str(mail["To"])]


def calendars(mail: EmailMessage) -> list[EmailMessage]:
    """Return the parts of *mail* that a calendar would open."""
    types = {"text/calendar", "application/ics"}
    return [part for part in mail.walk() if part.get_content_type() in types]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text
