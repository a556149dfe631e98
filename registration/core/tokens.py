"""Secrets in links: made from a nonce and the secret key, known to the database only as a hash."""

import base64
import hashlib
import hmac
import secrets

from flask import current_app


def signing_keys() -> list[str]:
    """Return the secret key in force, then the older ones that still verify."""
    config = current_app.config
    return [config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]]


def new_nonce() -> str:
    """Return 16 random bytes as hex."""
    return secrets.token_hex(16)


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
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(length))
