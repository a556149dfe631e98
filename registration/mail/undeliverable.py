"""Rules of delivery reports: whether one says that an address does not exist. No mail, no database.

Servers mean the same by many codes, and by one code many things: the code decides where it is specific
(RFC 3463), the words of the server where it is not.
"""

import re
from typing import Final

# A code of RFC 3463 in running text; four numbers are an address of the network.
CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
# RFC 3463 §3.2 and RFC 7505, Microsoft's 5.4.310 and Postfix' 5.4.4: there is no such mailbox or host, and
# there will be none.
_NOBODY_THERE: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4", "5.4.310"})
# "Other": whoever says no more than this says the rest in words.
_VAGUE: Final = frozenset({"5.1.0", "5.2.0", "5.3.0", "5.4.0", "5.4.1", "5.5.0", "5.5.1", "5.5.4"})
# In the words of servers, folded to small letters and single blanks.
_UNKNOWN: Final = (
    "user unknown",
    "unknown user",
    "unknown recipient",
    "recipient unknown",
    "unknown address",
    "address unknown",
    "unknown mailbox",
    "mailbox unknown",
    "unknown or illegal alias",
    "unknown local part",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "no such person",
    "no such account",
    "no such host",
    "no such domain",
    "no mailbox here",
    "no account by that name",
    "does not exist",
    "doesn't exist",
    "doesn't have a",
    "not exist",
    "user not found",
    "mailbox not found",
    "recipient not found",
    "recipientnotfound",
    "address not found",
    "account not found",
    "not a valid mailbox",
    "not a valid recipient",
    "not a known user",
    "invalid recipient",
    "invalid mailbox",
    "invalid address",
    "invalid user",
    "unrouteable address",
    "unroutable address",
    "mailbox unavailable",
    "recipient address rejected: access denied",
    "host or domain name not found",
    "couldn't find any host named",
    "domain name not found",
    "host unknown",
    "nxdomain",
    "nullmx",
    "null mx",
    "domain does not accept mail",
    "does not accept mail",
    "no longer in use",
    "not listed in",
    "previously bounced address",
)
# A refusal of this mail or of us, a mailbox that exists, or trouble on the way: says nothing of the address.
_OTHER_REASONS: Final = (
    "rejected as",
    "not permitted",
    "unsolicited",
    "banned",
    "service unavailable",
    "spam",
    "blocked",
    "blacklist",
    "blocklist",
    "block list",
    "denylist",
    "is listed",
    "listed by",
    "listed at",
    "listed on",
    "policy",
    "reputation",
    "sender",
    "envelope from",
    "mail from",
    "spf",
    "dkim",
    "dmarc",
    "authentic",
    "relaying",
    "relay access",
    "relay not",
    "relay denied",
    "to relay",
    "virus",
    "malware",
    "content",
    "greylist",
    "graylist",
    "rate limit",
    "too many",
    "quota",
    "full",
    "inactive",
    "disabled",
    "suspended",
    "too large",
    "exceed",
    "storage",
    "temporar",
    "try again",
    "timed out",
    "timeout",
    "retry time",
    "connection",
    "loop",
)


# Servers look up us too, and say the same of what they do not find.
_OF_THE_SENDER: Final = ("sender address rejected", "sender verif", "sender domain", "sender rejected")


def specific_status(status: str, said: str) -> str:
    """Return the code that the words of the server name, where its own says nothing: X.0.Y, or "other"."""
    if not _is_vague(status):
        return status
    codes = [found for found in CODE.findall(said) if not _is_vague(found)]
    return codes[-1] if codes else status


def says_nobody_there(status: str, said: str) -> bool:
    """Say whether a failure with *status* and the words *said* means that the address does not exist."""
    words = " ".join(said.lower().split())
    if any(one in words for one in _OF_THE_SENDER):
        return False
    knows_nobody = any(one in words for one in _UNKNOWN)
    # A host may be called what it likes.
    plain = _HOST.sub(" ", words)
    has_other_reason = any(f" {one}" in f" {plain}" for one in _OTHER_REASONS)
    if status in _NOBODY_THERE:
        return knows_nobody or not has_other_reason
    # Google says 4.0.0 of a domain that there is not, once it has given up.
    if _is_vague(status):
        return knows_nobody and not has_other_reason
    return False


def addressee(field: str) -> str:
    """Return the address of "rfc822; ada@example.org", and of "utf-8; …" as RFC 6533 §3 escapes it."""
    kind, _semicolon, value = field[:1000].rpartition(";")
    value = value.strip().strip("<>")
    if kind.strip().lower() == "utf-8":
        value = _ESCAPE.sub(_character, value)
    return value[:254]


def _is_vague(status: str) -> bool:
    return status in _VAGUE or status.split(".")[1] == "0"


def _character(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else ""
