"""Mail that comes in: read with care, since anybody may send it. Nothing is unpacked, nothing is obeyed."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

# A report brings the whole mail back, with its attachments.
MOST_BYTES = 10 * 1024 * 1024
MOST_PART_BYTES = 256 * 1024
_MOST_PARTS = 50
# Where servers write to whom the mail was really sent.
_RECIPIENTS = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


class Ignored(Exception):
    """Say in one sentence, without any personal data, why a mail that came in is not for us."""


def read(raw: bytes) -> Message:
    """Return *raw* as parts. Raises Ignored."""
    if len(raw) > MOST_BYTES:
        raise Ignored("The mail is too large.")
    try:
        message = message_from_bytes(raw, policy=compat32)
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
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def recipients(message: Message, envelope: str = "") -> list[str]:
    """Return to whom *message* was sent, *envelope* first: what the mail server was told."""
    headers = [str(value) for name in _RECIPIENTS for value in message.get_all(name, [])]
    try:
        found = [address for _name, address in getaddresses(headers[:20]) if address]
    except (ValueError, IndexError, TypeError):
        found = []
    return [envelope, *found] if envelope else found


def is_automatic(message: Message) -> bool:
    """Say whether a program answered by itself (RFC 3834 §5)."""
    stated = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    return stated != "no"
