"""Text as calendars can take it: one bad character must not break a whole feed."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u200b]")
_BREAKS = re.compile(r"\r\n|[\r\n\u2028\u2029\x85]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"[ \t\u00a0]+")


def calendar_text(value: str, *, lines: bool = False, fallback: str = "", limit: int = 0) -> str:
    """Return *value* for a TEXT property: one line, or *lines*; *fallback* when nothing is left.

    NUL makes libical refuse the feed, U+2028 makes node-ical drop the property.
    """
    text = _BREAKS.sub("\n" if lines else " ", value)
    text = _CONTROL.sub("", _BIDI.sub("", unicodedata.normalize("NFC", text)))
    text = "".join(char for char in text if unicodedata.category(char) != "Cs")
    rows = [_BLANKS.sub(" ", row).strip() for row in text.split("\n")]
    joined = "\n".join(rows).strip() or fallback
    return joined[:limit].rstrip() if limit else joined


def calendar_name(value: str) -> str:
    """Return *value* for a CN parameter, without what RFC 6868 would escape with carets: many readers stumble."""
    return calendar_text(value, limit=100).replace('"', "'").replace("^", "")
