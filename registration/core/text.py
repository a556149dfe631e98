"""Text as people type it, made fit to be stored, compared and found again."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE = dict.fromkeys([0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF, *range(0xFFF9, 0xFFFC)])
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# With a scheme, with www., or a domain with a path; "Booking.com" alone is a name.
_LINK = re.compile(
    r"[a-z0-9]\s{0,3}:\s{0,3}//|\bwww\s?\.|\b(?:mailto|javascript|data|tel):|"
    r"[\w-]\.[^\W\d_]{2,24}(?::\d{1,5})?/|\b(?:t\.me|bit\.ly|goo\.gl|tinyurl\.com)\b|\[url|<\s{0,9}a\b",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
# As long as the columns that hold one.
SLUG_LENGTH = 60
_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})

# 0 and O for Q, 1 and I for L; and the letters of other keyboards that look like ours.
_MISREAD = str.maketrans("01IOАВЕКМНРСТУХΑΒΕΖΗΚΜΝΡΤΥΧ", "QLLQABEKMHPCTYXABEZHKMNPTYX")


class UnreadableText(ValueError):
    """The text holds characters that cannot be stored or shown."""


def is_readable(text: str) -> bool:
    """Say whether *text* is free of control characters and lone surrogates (line breaks and tabs pass)."""
    return _UNREADABLE.search(text) is None


def line(text: str) -> str:
    """Return *text* as one NFC line, without bidi overrides, invisible characters and outer blanks."""
    return _SPACE.sub(" ", _visible(text)).strip()


def block(text: str) -> str:
    """Return *text* as NFC lines that end in a bare newline."""
    rows = _visible(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(row.rstrip() for row in rows).strip()


def fold(text: str) -> str:
    """Return *text* for searching and matching: no case, no accents, single blanks.

    Done in Python since neither database folds letters beyond ASCII alike.
    """
    # Twice, since decomposing shows capitals that were hidden, as in ™.
    small = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = unicodedata.normalize("NFKD", small.translate(_FOLDED))
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return _SPACE.sub(" ", kept).strip()


def plain(text: str) -> str:
    """Return an address or a code as one line, its full-width letters and digits as plain ones (NFKC)."""
    return line(unicodedata.normalize("NFKC", line(text)))


def is_mailable(address: str) -> bool:
    """Say whether any relay takes *address*: few take letters beyond ASCII before the @ (RFC 6531)."""
    return plain(address).rpartition("@")[0].isascii()


def holds_link(text: str) -> bool:
    """Say whether *text* leads somewhere when a mail program shows it: web addresses are made links."""
    return _LINK.search(unicodedata.normalize("NFKC", text)) is not None


@lru_cache(maxsize=1024)
def normal_email(address: str) -> str:
    """Return the form of *address* that lookups use. Raises ValueError when it is no address (RFC 5321)."""
    address = plain(address)
    try:
        checked = validate_email(address, check_deliverability=False, strict=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    local = checked.local_part
    return f"{local.casefold()}@{(checked.ascii_domain or checked.domain).lower()}"


def spoken_email(address: str) -> str:
    """Return *address* as people read it: an international domain in its own letters, not in punycode."""
    if "@xn--" not in address.lower() and ".xn--" not in address.lower():
        return address
    try:
        checked = validate_email(address, check_deliverability=False, strict=False)
    except EmailNotValidError:
        return address
    return f"{checked.local_part}@{checked.domain}"


def typed_code(code: str) -> str:
    """Return a code that somebody typed as it is stored.

    Codes have no 0, 1, I and O: where one stands, a letter was misread.
    """
    kept = "".join(char for char in plain(code).upper() if char.isalnum())
    return kept.translate(_MISREAD)


def slugged(text: str) -> str:
    """Return *text* as lower-case ASCII words joined by hyphens, at most SLUG_LENGTH characters."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return "-".join(words)[:SLUG_LENGTH].strip("-") or "event"


def _visible(text: str) -> str:
    # Composed last: what is removed may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", text.translate(_BIDI).translate(_INVISIBLE))
