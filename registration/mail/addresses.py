"""Addresses of our own that say what a mail to them is about, and prove that we made them."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from registration.core.tokens import signing_keys

# Upper case is not kept by every server, hence base32; 80 bits are enough for what can be done with them.
_MAC_BYTES = 10
_TAIL = re.compile(r"(\d{1,18})\.([a-z2-7]{16})")
# RFC 5321 §4.5.3.1: nothing longer is an address.
_LONGEST = 320


@dataclass(frozen=True)
class Numbered:
    """An address in the form of ours; whether we made it is to be asked for each purpose."""

    number: int
    mac: str

    def is_ours(self, purpose: str, about: str = "") -> bool:
        """Say whether we made it for *purpose*, and *about* what."""
        macs = [_mac(key, purpose, self.number, about) for key in signing_keys()]
        return any(hmac.compare_digest(mac, self.mac) for mac in macs)


def numbered(address: str, purpose: str, number: int, about: str = "") -> str:
    """Return *address* with *number* and a MAC behind a plus: events+17.mfrggzdfmztwq2lk@example.org.

    The MAC binds the address to *about* too, which is not readable in it.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}+{number}.{_mac(signing_keys()[0], purpose, number, about)}@{domain}"


def read_number(found: str, address: str) -> Numbered | None:
    """Return what stands in *found*, or None unless it has the form that we give *address*."""
    if len(found) > _LONGEST:
        return None
    local, _, domain = address.casefold().rpartition("@")
    found_local, _, found_domain = found.strip().casefold().rpartition("@")
    head, _, tail = found_local.rpartition("+")
    parts = _TAIL.fullmatch(tail)
    if not parts or (head, found_domain) != (local, domain) or not address:
        return None
    return Numbered(int(parts[1]), parts[2])


def number_in(found: str, address: str, purpose: str) -> int | None:
    """Return the number in *found*, or None unless we made it of *address* for this *purpose*."""
    read = read_number(found, address)
    return read.number if read is not None and read.is_ours(purpose) else None


def _mac(secret_key: str, purpose: str, number: int, about: str) -> str:
    told = f"address:{purpose}:{number}" + (f":{about}" if about else "")
    mac = hmac.new(secret_key.encode(), told.encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:_MAC_BYTES]).decode().lower()
