"""Reasons that no person wrote: kept as a code with its facts, put into words for whoever reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class ReasonCode(StrEnum):
    """Why the program did something. The codes are stored: rename none."""

    MERGED = "merged"
    MOVED = "moved"
    MAIL_QUEUED = "mail-queued"
    TAKEN_RECOUNTED = "taken-recounted"
    KEPT_RECOUNTED = "kept-recounted"
    WAITING_RECOUNTED = "waiting-recounted"


@dataclass(frozen=True)
class Reason:
    """A code, and the numbers that its sentence names."""

    code: ReasonCode
    facts: Mapping[str, int]

    def stored(self) -> dict[str, Any]:
        """Return what a journal entry keeps of it among its facts."""
        return {"code": str(self.code), **self.facts}

    @classmethod
    def from_stored(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `stored` made into *kept*. Raises ValueError for a code of a later release."""
        return cls(ReasonCode(kept["code"]), {name: kept[name] for name in kept if name != "code"})
