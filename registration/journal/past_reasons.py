"""Read the reasons of earlier releases, which wrote English sentences instead of codes.

Nothing is added here: what is new is a ReasonCode. The journal is append-only, so this stays.
"""

import re

from registration.journal.reasons import Reason, ReasonCode

_SENTENCES = (
    (r"merged into registration (?P<id>\d+)", ReasonCode.MERGED),
    (r"moved to registration (?P<id>\d+)", ReasonCode.MOVED),
    (r"mail about registration (?P<id>\d+) queued anew", ReasonCode.MAIL_QUEUED),
    (r"pool (?P<pool>\d+): (?P<before>\d+) taken, (?P<after>\d+) held", ReasonCode.TAKEN_RECOUNTED),
    (r"pool (?P<pool>\d+): (?P<before>\d+) kept, (?P<after>\d+) to keep", ReasonCode.KEPT_RECOUNTED),
    (r"(?P<before>\d+) said to wait, (?P<after>\d+) do", ReasonCode.WAITING_RECOUNTED),
)


def past_reason(sentence: str) -> Reason | None:
    """Return what an earlier release meant by *sentence*; None where a person wrote it."""
    for pattern, code in _SENTENCES:
        if found := re.fullmatch(pattern, sentence):
            return Reason(code, {name: int(number) for name, number in found.groupdict().items()})
    return None
