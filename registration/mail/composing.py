"""From a row of the outbox to a letter: each feature registers who composes its kinds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import css_inline
from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from registration.core.transaction import refuse_within
from registration.mail.envelope import Attachment
from registration.mail.models import OutgoingMessage
from registration.web.locale import babel_name


class Superseded(Exception):
    """What the mail would say is no longer true; it is not sent."""


@dataclass(frozen=True)
class LaterFile:
    """A file that takes long to *make*: it is made when nothing waits for it, or left out (None)."""

    filename: str
    content_type: str
    make: Callable[[], bytes | None] = field(compare=False)


@dataclass(frozen=True)
class Draft:
    """What a mail says, before it has headers.

    It comes in the name of *organiser*, whom answers go to; without one it comes from the site.
    """

    subject: str
    text: str
    html: str
    organiser: str = ""
    organiser_email: str = ""
    calendar: bytes | None = None
    calendar_method: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment | LaterFile, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


Composer = Callable[[Session, OutgoingMessage], Draft]
Reader = Callable[[Session, Sequence[OutgoingMessage]], None]
# Nothing is fetched. The rules for dark screens stay where programs that know them look for them.
_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
_GAPS = re.compile(r"\n{3,}")
_EXTENSION = "registration_composers"
_READERS = "registration_readers"


def composers() -> dict[str, Composer]:
    """Return the composers of this application, by kind."""
    found: dict[str, Composer] = current_app.extensions.setdefault(_EXTENSION, {})
    return found


def readers() -> list[Reader]:
    """Return who reads for many mails at once what their composers will ask for."""
    found: list[Reader] = current_app.extensions.setdefault(_READERS, [])
    return found


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now, in its reader's language. Raises Superseded."""
    refuse_within("writing a mail")
    with force_locale(babel_name(message.locale)):
        return composers()[message.kind](session, message)


def files_of(message: OutgoingMessage, draft: Draft) -> tuple[Attachment, ...]:
    """Return the files that go with *draft*, in its reader's language; what takes long is made now."""
    found: list[Attachment] = []
    with force_locale(babel_name(message.locale)):
        for one in draft.attachments:
            if isinstance(one, Attachment):
                found.append(one)
            elif (data := one.make()) is not None:
                found.append(Attachment(filename=one.filename, content_type=one.content_type, data=data))
    return tuple(found)


def rendered(folder: str, **values: object) -> tuple[str, str, str]:
    """Return subject, text and HTML of the templates in email/*folder*."""
    subject = render_template(f"email/{folder}/subject.txt", **values)
    return (" ".join(subject.split()), *framed(f"{folder}/body", **values))


def framed(template: str, **values: object) -> tuple[str, str]:
    """Return text and HTML of email/*template*, with the rules of its style where mail programs read them."""
    refuse_within("rendering")
    text = render_template(f"email/{template}.txt", **values)
    html = _inliner.inline(render_template(f"email/{template}.html", **values))
    return _GAPS.sub("\n\n", text).strip() + "\n", html
