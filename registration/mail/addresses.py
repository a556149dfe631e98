"""Addresses of our own that say what a mail to them is about, and prove that we made them."""

import base64
import hashlib
import hmac
import re

from registration.core.tokens import signing_keys

# Upper case is not kept by every server, hence base32; 80 bits are enough for what can be done with them.
_MAC_BYTES = 10
_TAIL = re.compile(r"(\d{1,18})\.([a-z2-7]{16})")


def numbered(address: str, purpose: str, number: int) -> str:
    """Return *address* with *number* and a MAC behind a plus: events+17.mfrggzdfmztwq2lk@example.org."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{number}.{_mac(signing_keys()[0], purpose, number)}@{domain}"


def number_in(found: str, address: str, purpose: str) -> int | None:
    """Return the number in *found*, or None unless we made it of *address* for this *purpose*."""
    local, _, domain = address.casefold().rpartition("@")
    found_local, _, found_domain = found.strip().casefold().rpartition("@")
    head, _, tail = found_local.rpartition("+")
    parts = _TAIL.fullmatch(tail)
    if not parts or (head, found_domain) != (local, domain):
        return None
    number = int(parts[1])
    macs = [_mac(key, purpose, number) for key in signing_keys()]
    return number if any(hmac.compare_digest(mac, parts[2]) for mac in macs) else None


def _mac(secret_key: str, purpose: str, number: int) -> str:
    mac = hmac.new(secret_key.encode(), f"address:{purpose}:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:_MAC_BYTES]).decode().lower()
