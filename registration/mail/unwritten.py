"""Reports that servers write for people: qmail's letters, and those of Exim before it knew RFC 3464."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from registration.mail import incoming
from registration.mail.undeliverable import CODE

# qmail's own letters begin with this, whatever its manager wrote behind (QSBMF).
_QMAIL = "hi. this is the "
_MOST = 8000
_MOST_PARAGRAPHS = 20
_ADDRESSEE = re.compile(r"<([^\s<>]{1,254}@[^\s<>]{1,254})>:?")
_REPLY = re.compile(r"(?<!\d)([45])\d\d(?!\d)")
_GONE, _REFUSED, _LATER = "5.1.1", "5.0.0", "4.0.0"


@dataclass(frozen=True)
class Letter:
    """What a server wrote: to whom it could not deliver, the code it names, and its words."""

    recipient: str
    status: str
    said: str


def read_letter(message: Message) -> Letter | None:
    """Return what *message* says of one recipient, or None when it is no such letter."""
    body = next((one for one in incoming.parts(message) if one.get_content_type() == "text/plain"), None)
    words = incoming.text(body)[:_MOST] if body is not None else ""
    failed = incoming.addresses(str(message.get("X-Failed-Recipients", "")))
    if failed:
        # Exim names whom it gave up here, and for good: without a reason there is no other.
        said = _before_the_mail(words)
        return Letter(failed[0][:254], _status(said, _GONE if not _REPLY.search(said) else _REFUSED), said)
    if words.lstrip().lower().startswith(_QMAIL):
        return next(_of_qmail(words), None)
    return None


def _of_qmail(words: str) -> Iterator[Letter]:
    for paragraph in re.split(r"\r?\n\r?\n", words)[1 : _MOST_PARAGRAPHS + 1]:
        named = _ADDRESSEE.match(paragraph)
        if named:
            said = paragraph[named.end() :].strip().replace("_", " ")
            yield Letter(named[1], _status(said, _REFUSED), said)


def _status(said: str, otherwise: str) -> str:
    """Return the code that *said* names: the most specific one, else what its three digits come to."""
    codes = CODE.findall(said)
    if codes:
        return str(codes[-1])
    replies = _REPLY.findall(said)
    return otherwise if not replies else _REFUSED if replies[-1] == "5" else _LATER


def _before_the_mail(words: str) -> str:
    """Return what a server says itself, without the copy of our mail behind."""
    return re.split(r"(?m)^-{3,}", words, maxsplit=1)[0]
