"""Mail that comes in: read with care, since anybody may send it. Nothing is unpacked, nothing is obeyed.

Every step takes time in proportion to the mail, and what is matched against a pattern is cut before.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32

# A report brings the whole mail back, with its attachments; what it says itself stands in the beginning.
MOST_BYTES = 10 * 1024 * 1024
_READ_BYTES = 2 * 1024 * 1024
MOST_PART_BYTES = 256 * 1024
_MOST_PARTS = 50
# The parser looks at each line once for every multipart it is in.
_MOST_BOUNDARIES = 100
# Of one header field; no server writes longer ones into what we read.
MOST_OF_FIELD = 4000
# Where servers write to whom the mail was really sent.
_RECIPIENTS = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_MOST_RECIPIENTS = 20
_BETWEEN_ADDRESSES = re.compile(r"[\s,;:<>()\[\]\"]+")

# Says whether an address is one that we made.
Known = Callable[[str], bool]


class Ignored(Exception):
    """Say in one sentence, without any personal data, why a mail that came in is not for us."""


class _CutFields(Compat32):
    """Take the beginning of a header field alone: the library reads parameters in quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        kept, room = [], MOST_OF_FIELD
        for line in sourcelines:
            kept.append(line[:room])
            room -= len(line)
            if room <= 0:
                break
        return super().header_source_parse(kept)


def read(raw: bytes) -> Message:
    """Return *raw* as parts. Raises Ignored."""
    if len(raw) > MOST_BYTES:
        raise Ignored("The mail is too large.")
    raw = raw[:_READ_BYTES]
    if raw.lower().count(b"boundary") > _MOST_BOUNDARIES:
        raise Ignored("The mail has too many parts.")
    try:
        message = message_from_bytes(raw, policy=_CutFields())
        list(parts(message))
    except (RecursionError, ValueError, LookupError, TypeError):
        raise Ignored("The mail cannot be read.") from None
    return message


def parts(message: Message) -> Iterator[Message]:
    """Yield the parts of *message*, outermost first, and not those of a mail within it."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > _MOST_PARTS:
            raise Ignored("The mail has too many parts.")
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [inner for inner in part.get_payload() if isinstance(inner, Message)]


def content(part: Message) -> bytes:
    """Return what *part* holds. Raises Ignored when that is much more than we ever need."""
    payload = part.get_payload()
    if isinstance(payload, str) and len(payload) > MOST_PART_BYTES * 2:
        raise Ignored("A part of the mail is too large.")
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError):
        raise Ignored("A part of the mail cannot be read.") from None
    return found if isinstance(found, bytes) else b""


def text(part: Message) -> str:
    """Return what *part* holds as text, in whichever charset it really is. Raises Ignored."""
    return as_text(content(part), str(part.get_param("charset") or ""))


def as_text(raw: bytes, charset: str = "") -> str:
    """Return *raw* as text: as stated, else as UTF-8, else as the charset that takes everything.

    Programs state UTF-8 and write what their machine speaks.
    """
    for one in (charset, "utf-8"):
        try:
            return raw.decode(one)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def recipients(message: Message, envelope: str = "") -> list[str]:
    """Return to whom *message* was sent, *envelope* first: what the mail server was told."""
    found = [envelope] if envelope else []
    for name in _RECIPIENTS:
        for value in message.get_all(name, []):
            found += addresses(str(value))
    return found[:_MOST_RECIPIENTS]


def addresses(value: str) -> list[str]:
    """Return what looks like an address in *value*.

    The library's reader of address lists calls itself for each bracket, and only an address that we
    made ourselves is of any use here: no quotes, no comments.
    """
    return [one for one in _BETWEEN_ADDRESSES.split(value[:MOST_OF_FIELD]) if "@" in one]


def refuse_unknown(found: Sequence[str], known: Known | None) -> None:
    """Raise Ignored when none of the addresses *found* is *known*: before anything else is looked at."""
    if known is not None and not any(map(known, found)):
        raise Ignored("This mail went to no address of ours.")
