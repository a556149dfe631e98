"""Secrets in links: made from a nonce and the secret key, known to the database only as a hash."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import current_app

# What random bytes come from.
_source: list[Callable[[int], bytes]] = [secrets.token_bytes]


@contextmanager
def drawn_from(source: Callable[[int], bytes]) -> Iterator[None]:
    """Take random bytes from *source* while the context lasts; for simulations that must come again."""
    _source.append(source)
    try:
        yield
    finally:
        _source.pop()


def random_hex(count: int) -> str:
    """Return *count* random bytes as hex."""
    return _source[-1](count).hex()


def signing_keys() -> list[str]:
    """Return the secret key in force, then the older ones that still verify."""
    config = current_app.config
    return [config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]]


def new_nonce() -> str:
    """Return 16 random bytes as hex."""
    return random_hex(16)


def derived(secret_key: str, purpose: str, nonce: str) -> str:
    """Return the URL-safe token of 160 bits that *nonce* stands for; without the key it cannot be made."""
    mac = hmac.new(secret_key.encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:20]).rstrip(b"=").decode()


def hashed(token: str) -> str:
    """Return what the database keeps of *token*."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code(length: int = 8) -> str:
    """Return a code that people can read out: no 0, 1, I or O."""
    # 32 letters: each byte gives five bits of its own, evenly.
    return "".join(_CODE_ALPHABET[byte % 32] for byte in _source[-1](length))
