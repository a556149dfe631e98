"""From a row of the outbox to a letter: each feature registers who composes its kinds."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from registration.mail.envelope import Attachment
from registration.mail.models import OutgoingMessage
from registration.web.locale import babel_name


class Superseded(Exception):
    """What the mail would say is no longer true; it is not sent."""


@dataclass(frozen=True)
class Draft:
    """What a mail says, before it has headers."""

    subject: str
    text: str
    html: str
    reply_to_name: str = ""
    reply_to_email: str = ""
    from_name: str = ""
    calendar: bytes | None = None
    calendar_method: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


Composer = Callable[[Session, OutgoingMessage], Draft]
_EXTENSION = "registration_composers"


def composers() -> dict[str, Composer]:
    """Return the composers of this application, by kind."""
    found: dict[str, Composer] = current_app.extensions.setdefault(_EXTENSION, {})
    return found


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now, in its reader's language. Raises Superseded."""
    with force_locale(babel_name(message.locale)):
        return composers()[message.kind](session, message)


def rendered(folder: str, **values: object) -> tuple[str, str, str]:
    """Return subject, text and HTML of the templates in email/*folder*."""
    subject = render_template(f"email/{folder}/subject.txt", **values)
    text = render_template(f"email/{folder}/body.txt", **values)
    html = render_template(f"email/{folder}/body.html", **values)
    return " ".join(subject.split()), text.strip() + "\n", html
