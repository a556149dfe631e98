"""Text on its way into a mail header, a file name or a log line: one harmless line."""

import re
import unicodedata

# Letters by category, yet they draw nothing: used to fake an empty or a double name.
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# By whole words: to look for an address from each letter on would take quadratic time.
_WORD = re.compile(r"<?[^\s<>;]+>?")
_LINE_BREAKS = frozenset({"Zl", "Zp", "Zs"})
# Cc control, Cf format (bidi, zero-width, BOM, tags), Cs half of a surrogate pair.
_DROPPED = frozenset({"Cc", "Cf", "Cs"})


def one_line(text: str, limit: int = 200) -> str:
    """Return *text* as one visible NFC line of at most *limit* characters, safe in any header.

    Everything that reaches a header passes here. Python 3.11.7 and others decode an encoded word
    (`=?utf-8?q?…=0D=0ABcc=3A…?=`) into a real header (CVE-2024-6923), so `=?` is broken up too.
    """
    visible = "".join(_visible(character) for character in text)
    # Normalised only now: a dropped character may have stood between a letter and its accent.
    line = unicodedata.normalize("NFC", " ".join(visible.split()))
    line = line.replace("=?", "= ?")
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def without_addresses(said: str) -> str:
    """Return *said*, the words of another server, without addresses: they end up in logs and lists."""
    return _WORD.sub(lambda word: "(address)" if "@" in word[0][1:-1] else word[0], said)


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in _LINE_BREAKS:
        return " "
    if category in _DROPPED or character in _INVISIBLE_LETTERS or _is_noncharacter(character):
        return ""
    return character


def _is_noncharacter(character: str) -> bool:
    point = ord(character)
    return 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE
