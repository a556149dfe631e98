"""Text as every calendar can take it: one bad character of one event must not break a whole feed.

NUL makes libical refuse the feed, a bell Home Assistant; U+2028 makes node-ical drop the property.
"""

import re
import unicodedata

# What ends a line somewhere: CR, LF, VT, FF, NEL, and the separators of Unicode.
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# C0 and C1 without blank and newline, invisible signs, bidi controls that could turn what follows around,
# lone surrogates and noncharacters. U+200C, U+200D and U+FE0F stay: words and emoji are made of them.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u2060\ufeff\ufff9-\ufffb"
    r"\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_GAP = re.compile(r"\n{3,}")
_JOINER = "\u200d"
_VARIANT = range(0xFE00, 0xFE10)
_SKIN = range(0x1F3FB, 0x1F400)


def calendar_text(value: str, *, lines: bool = False, fallback: str = "", limit: int = 0) -> str:
    """Return *value* for a TEXT property: one line or, with *lines*, some.

    It is *fallback* when nothing is to be seen. *limit* is the greatest length in characters; 0 is none.
    """
    text = _BREAK.sub("\n" if lines else " ", value)
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    rows = [_BLANKS.sub(" ", row).strip() for row in text.split("\n")]
    text = _GAP.sub("\n\n", "\n".join(rows)).strip()
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        text = fallback
    return _shortened(text, limit) if limit and len(text) > limit else text


def calendar_name(value: str) -> str:
    """Return *value* for a CN parameter, at most 100 characters.

    Neither `"` nor `^`: icalendar writes RFC 6868 carets for them, on which sabre/vobject refuses the file.
    """
    return calendar_text(value.replace('"', "'").replace("^", ""), limit=100)


def folded(line: str) -> str:
    """Return a content line in pieces of at most 75 octets that split no character (RFC 5545 §3.1)."""
    pieces, room = [""], 75
    for char in line:
        room -= len(char.encode())
        if room < 0:
            # The blank that begins a further piece counts.
            pieces.append("")
            room = 74 - len(char.encode())
        pieces[-1] += char
    return "\r\n ".join(pieces)


def _shortened(text: str, limit: int) -> str:
    """Cut before a whole character as people see it, so that no accent or half an emoji is left over."""
    end = limit - 1
    while end > 0 and (_continues(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return (text[:end] or text[: limit - 1]).rstrip() + "…"


def _continues(char: str) -> bool:
    is_modifier = ord(char) in _VARIANT or ord(char) in _SKIN
    return char == _JOINER or is_modifier or bool(unicodedata.combining(char))
