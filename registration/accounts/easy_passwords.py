"""Passwords that a guesser tries first: common ones, and what is known of the account."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

# The first ten hex digits of the SHA-256 of the letters of 5,000 common passwords, from the list of zxcvbn
# (MIT licence). Kept as hashes, since many are words that nobody wants to read.
_COMMON = Path(__file__).with_name("common_passwords.txt")
_LETTERS_FOR = str.maketrans("@4803$5!17", "aaboessiit")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "qwertzuiop", "1234567890")
_NEIGHBOURS = frozenset(pair for row in _ROWS for pair in pairwise(row))
# Characters beside a common word that make nothing of it: digits, a year, exclamation marks.
_TRIMMINGS = 8
_FEW = 5


def is_easy(password: str, about: Sequence[str] = ()) -> bool:
    """Say whether *password* is among the first that a guesser tries; *about* are words about the account."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    whole = _unit(folded)
    if len(whole) < 8 or len(set(folded)) < _FEW or _is_row(whole):
        return True
    known = [_letters(word) for word in about]
    return any(_is_common(stem, len(whole), known) for stem in _stems(whole))


def _stems(password: str) -> Iterator[str]:
    """Yield the letters of *password*, as they stand and with @ read as a, 0 as o and so on."""
    yield _unit(_letters(password))
    # What stands before and behind is more likely a number than letters in disguise.
    yield _unit(_letters(password.strip("0123456789!?.,-_ ").translate(_LETTERS_FOR)))


def _is_common(stem: str, length: int, known: Sequence[str]) -> bool:
    if len(stem) >= 4 and length - len(stem) <= _TRIMMINGS:
        halves = [(stem[:cut], stem[cut:]) for cut in range(4, len(stem) - 3)]
        if _is_listed(stem) or any(_is_listed(one) and _is_listed(other) for one, other in halves):
            return True
    return any(len(word) >= 3 and word in stem and len(stem) - len(word) < _FEW for word in known)


def _is_row(password: str) -> bool:
    """Say whether most of *password* runs along the alphabet, the digits or a keyboard."""
    pairs = list(pairwise(password))
    return sum(_is_step(*pair) for pair in pairs) >= 0.75 * len(pairs)


def _is_step(one: str, other: str) -> bool:
    return abs(ord(one) - ord(other)) <= 1 or not _NEIGHBOURS.isdisjoint({(one, other), (other, one)})


def _unit(text: str) -> str:
    """Return what *text* repeats, or all of it."""
    where = (text + text).find(text, 1)
    return text[:where] if text else text


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold())


def _is_listed(stem: str) -> bool:
    return hashlib.sha256(stem.encode()).hexdigest()[:10] in _listed()


@cache
def _listed() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="ascii").split())
