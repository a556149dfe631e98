"""Addresses that look like a slip of the finger: a suggestion, never a refusal."""

from functools import lru_cache

# Providers whose names are long enough that one wrong letter is hardly another real one.
_PROVIDERS = frozenset(
    {
        "gmail",
        "googlemail",
        "hotmail",
        "outlook",
        "yahoo",
        "icloud",
        "protonmail",
        "telenet",
        "skynet",
        "laposte",
    }
)
# Real ones that are one letter away.
_REAL = frozenset({"mail", "email", "ymail", "fmail", "qmail", "zmail"})
_ENDINGS = frozenset(
    {"com", "be", "fr", "nl", "de", "net", "co.uk", "eu", "lu", "it", "es", "ch", "at", "me"}
)
_SLIPS = {
    "con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "cpm": "com",
    "om": "com", "cm": "com", "coom": "com", "c0m": "com",
}  # fmt: skip


def suggestion(address: str) -> str | None:
    """Return the address that was probably meant, or None."""
    local, at, domain = address.rpartition("@")
    meant = _meant(domain.lower()) if local and at else None
    return None if meant is None else f"{local}@{meant}"


@lru_cache(maxsize=1024)
def _meant(domain: str) -> str | None:
    name, dot, ending = domain.partition(".")
    if not dot or name in _REAL:
        return None
    meant_ending = _SLIPS.get(ending, ending)
    meant_name = name
    if name not in _PROVIDERS:
        near = [one for one in sorted(_PROVIDERS) if _is_one_slip(name, one)]
        if len(near) != 1 or meant_ending not in _ENDINGS:
            return None
        meant_name = near[0]
    return f"{meant_name}.{meant_ending}" if (meant_name, meant_ending) != (name, ending) else None


def _is_one_slip(typed: str, meant: str) -> bool:
    """Say whether one letter is missing, extra or wrong, or two neighbours are swapped."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    left, right = typed[start:], meant[start:]
    is_swap = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return is_swap or left[1:] == right[1:] or left[1:] == right or left == right[1:]
