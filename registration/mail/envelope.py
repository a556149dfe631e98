"""A letter as the bytes that go out: RFC 5322 headers, MIME parts, and the proof of both."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MultipartInvariantViolationDefect
from email.header import Header
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP, compat32
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from registration.core.header import one_line
from registration.mail.mime import Part, multipart, octets_part, text_part

_CRLF = "\r\n"
_MAX_LINE = 998  # RFC 5322 §2.1.1
_EXTRA_HEADERS = frozenset({"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"})
_METHODS = frozenset({"REQUEST", "CANCEL"})

# The header fields that hold what people typed; every other value was matched against a pattern.
_TYPED = ("from", "to", "reply-to", "subject")

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_EXTRA_VALUE = re.compile(r"(?!.*=\?)[!-~]([ -~]{0,898}[!-~])?")
_CONTENT_TYPE = re.compile(
    r"(application|audio|font|image|text|video)/[a-z0-9.+-]{1,80}(; charset=[A-Za-z0-9-]{1,20})?"
)
_METHOD_LINE = re.compile(rb"^METHOD(?:;[^:\r\n]*)?:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_LONE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
# Controls but tab and newline, halves of surrogate pairs, and the bidi embeddings and overrides.
# The isolates U+2066–2069 stay: the templates put them around names.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class UnsendableLetter(Exception):
    """Say in one sentence, without an address, why a letter can never be sent as it is."""


class UnsendableRecipient(UnsendableLetter):
    """Say that no mail can go to the recipient's address: the only reason that is not one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a letter."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one person. *message_id* comes from the outbox row: each try has the same."""

    to_name: str
    to_email: str
    from_name: str
    from_email: str
    subject: str
    text: str
    message_id: str
    date: datetime
    language: str
    html: str = ""
    reply_to_name: str = ""
    reply_to_email: str = ""
    references: tuple[str, ...] = ()
    calendar: bytes | None = None
    calendar_method: str | None = None
    calendar_name: str = "event"
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def build(letter: Letter) -> bytes:
    """Return the whole mail, the same bytes for the same letter. Raises UnsendableLetter."""
    body = _body(letter)
    whole = Part((*_headers(letter), ("MIME-Version", "1.0"), *body.headers), body.body)
    raw = whole.as_bytes()
    verify(raw, [name for name, _ in whole.headers])
    return raw


def sendable_address(address: str) -> str:
    """Return *address* in the ASCII form that SMTP takes. Raises UnsendableLetter."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise UnsendableLetter(
            "The part of the address before the @ has letters that mail servers do not all take; "
            "ask for another address."
        )
    # A development machine sends as events@localhost, which the library holds for a mistake.
    is_local = domain == "localhost"
    try:
        found = validate_email(
            f"{local}@example.org" if is_local else address,
            allow_smtputf8=False,
            allow_quoted_local=False,
            strict=True,
            check_deliverability=False,
            test_environment=True,
        ).ascii_email
    except EmailNotValidError:
        found = None
    # `=?…?=@example.org` is an address to the RFC and an encoded word to those who read it.
    if not found or "=?" in found:
        raise UnsendableLetter("The address is not one that mail can be sent to; correct it.")
    return f"{local}@localhost" if is_local else found


def verify(raw: bytes, expected_headers: Iterable[str]) -> None:
    """Read *raw* again as a mail program would: its headers are those expected, no more, no less.

    Raises UnsendableLetter. A header that grew out of a name stops here at the latest.
    """
    if _LONE_LINE_END.search(raw) or max(map(len, raw.split(b"\r\n"))) > _MAX_LINE:
        raise UnsendableLetter("The mail has a line that no server would take; it was not sent.")
    expected = Counter(name.lower() for name in expected_headers)
    # Read whole, as a mail program reads it: what some Pythons say of headers alone holds for no reader.
    old_style = BytesParser(policy=compat32).parsebytes(raw)
    parsed = BytesParser(EmailMessage, policy=SMTP).parsebytes(raw, headersonly=True)
    for message in (old_style, parsed):
        if Counter(name.lower() for name in message) != expected:
            raise UnsendableLetter("The mail has headers that nobody set; it was not sent.")
    if not all(_reads_as_one(parsed, name) for name in _TYPED if name in expected):
        raise UnsendableLetter("A header of the mail reads as more than it is; it was not sent.")
    if not all(map(_fits_together, old_style.walk())) or not _is_closed(raw, old_style.get_boundary()):
        raise UnsendableLetter("The mail's parts do not fit together; it was not sent.")


def _is_closed(raw: bytes, boundary: str | None) -> bool:
    return boundary is None or raw.endswith(f"\r\n--{boundary}--\r\n".encode())


def _fits_together(part: Message) -> bool:
    """Return whether *part* has the parts that its type promises, and nothing else is wrong with it.

    Whether a multipart has parts is looked up: Python 3.11.2 also reports that of mails that have them.
    """
    wrong = [one for one in part.defects if not isinstance(one, MultipartInvariantViolationDefect)]
    return not wrong and part.is_multipart() == (part.get_content_maintype() == "multipart")


def _reads_as_one(message: EmailMessage, name: str) -> bool:
    """Return whether the decoded header is one line and, if of addresses, holds one."""
    try:
        value = message[name]
    except ValueError:  # newer Pythons refuse what older ones decode
        return False
    is_one = not isinstance(value, AddressHeader) or len(value.addresses) == 1
    return is_one and not _CONTROL.search(value)


def _headers(letter: Letter) -> list[tuple[str, str]]:
    found = [
        ("Date", _date(letter.date)),
        ("Message-ID", _message_id(letter.message_id)),
        ("From", _mailbox("From", letter.from_name, letter.from_email)),
        ("To", _recipient(letter)),
    ]
    if letter.reply_to_email:
        reply_to = _mailbox("Reply-To", letter.reply_to_name, letter.reply_to_email)
        found.append(("Reply-To", reply_to))
    found.append(("Subject", _subject(letter.subject)))
    if letter.references:
        earlier = [_message_id(reference) for reference in letter.references]
        found += [("In-Reply-To", earlier[-1]), ("References", f"{_CRLF} ".join(earlier))]
    return [
        *found,
        ("Auto-Submitted", "auto-generated"),
        # Not `All`: that would also suppress the reports of what could not be delivered.
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", _language(letter.language)),
        *_extra(letter.headers),
    ]


def _date(date: datetime) -> str:
    if date.tzinfo is None:
        raise UnsendableLetter("The mail's date has no time zone; it was not sent.")
    return format_datetime(date)


def _message_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise UnsendableLetter("A Message-ID must look like <name@host>; the mail was not sent.")
    return message_id


def _language(language: str) -> str:
    tag = language.replace("_", "-")  # Babel writes nl_BE, RFC 5646 nl-BE
    if not _LANGUAGE.fullmatch(tag):
        raise UnsendableLetter("The mail's language is not a language tag; it was not sent.")
    return tag


def _subject(subject: str) -> str:
    line = one_line(subject)
    if not line:
        raise UnsendableLetter("The mail has no subject; it was not sent.")
    fits = line.isascii() and max(map(len, line.split())) <= 60
    return _encoded("Subject", line, "us-ascii" if fits else "utf-8")


def _mailbox(header: str, name: str, address: str) -> str:
    """Write a mailbox by hand: Python 3.11 loses the quotes of a display name when it folds it."""
    target = f"<{sendable_address(address)}>"
    display = one_line(name)
    if not display:
        return target
    if display.isascii() and len(display) <= 60:
        escaped = display.replace("\\", "\\\\").replace('"', '\\"')
        phrase = f'"{escaped}"'
    else:
        phrase = _encoded(header, display, "utf-8")
    fits = len(f"{header}: {phrase} {target}") <= 76
    return f"{phrase} {target}" if fits else f"{phrase}{_CRLF} {target}"


def _recipient(letter: Letter) -> str:
    try:
        return _mailbox("To", letter.to_name, letter.to_email)
    except UnsendableLetter as unsendable:
        raise UnsendableRecipient(str(unsendable)) from None


def _encoded(header: str, line: str, charset: str) -> str:
    return Header(line, charset, maxlinelen=76, header_name=header).encode(linesep=_CRLF)


def _extra(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    given = list(headers)
    names = [name for name, _ in given]
    if not _EXTRA_HEADERS.issuperset(names) or len(names) != len(set(names)):
        raise UnsendableLetter("The mail asks for a header that we do not send; it was not sent.")
    if not all(_EXTRA_VALUE.fullmatch(value) for _, value in given):
        raise UnsendableLetter("An extra header of the mail is not plain text; it was not sent.")
    return given


def _body(letter: Letter) -> Part:
    files = [*_calendar_files(letter), *map(_file, letter.attachments)]
    # No part can hold this boundary: all are base64 or quoted-printable, where "=_" cannot occur.
    boundary = "=_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    root = _text(letter.text, "plain")
    if letter.html or letter.calendar_method:
        forms = [root]
        if letter.html:
            forms.append(_text(letter.html, "html"))
        if letter.calendar is not None and letter.calendar_method:
            method = f"text/calendar; charset=UTF-8; method={letter.calendar_method}"
            forms.append(octets_part(letter.calendar, f"{method}; component=VEVENT"))
        root = multipart("alternative", f"{boundary}-a", forms)
    return multipart("mixed", f"{boundary}-m", [root, *files]) if files else root


def _text(text: str, subtype: str) -> Part:
    return text_part(_UNPRINTABLE.sub("", _LINE_END.sub("\n", text)), subtype)


def _calendar_files(letter: Letter) -> list[Part]:
    """Return the calendar as a file. A MIME method that differs from METHOD gets the mail refused
    by Exchange; one without METHOD is no invitation (RFC 6047 §2.4)."""
    method = letter.calendar_method
    if letter.calendar is None:
        if method is not None:
            raise UnsendableLetter("The mail invites to nothing: its calendar is missing.")
        return []
    stated = [found.decode("latin-1") for found in _METHOD_LINE.findall(_unfolded(letter.calendar))]
    if stated != ([] if method is None else [method]) or not _METHODS.issuperset(stated):
        raise UnsendableLetter("The mail and its calendar do not state the same method.")
    if method is None:
        name = _filename(f"{letter.calendar_name}.ics")
        return [octets_part(letter.calendar, f'text/calendar; charset=utf-8; name="{name}"', name)]
    return [octets_part(letter.calendar, 'application/ics; name="invite.ics"', "invite.ics")]


def _unfolded(calendar: bytes) -> bytes:
    return _FOLD.sub(b"", calendar)


def _file(attachment: Attachment) -> Part:
    if not _CONTENT_TYPE.fullmatch(attachment.content_type):
        raise UnsendableLetter("An attachment of the mail has no usable type; it was not sent.")
    return octets_part(attachment.data, attachment.content_type, _filename(attachment.filename))


def _filename(name: str) -> str:
    """Return *name* without path and accents, the rest as hyphens: every program can save it."""
    last = re.split(r"[/\\]", one_line(name, 1000))[-1]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:60]}{dot}{ending[:10]}" if stem else (plain[:60] or "attachment")
