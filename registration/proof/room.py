"""One event as the model sees it: who came, who sits, who is next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from registration.proof.client import Form
from registration.proof.stage import EVENT, Hall

SEATED, OFFERED, WAITS = "confirmed", "offered", "waitlisted"
UNVERIFIED, PENDING = "unverified", "pending"
CANCELLED, DECLINED, EXPIRED, REJECTED = "cancelled", "declined", "expired", "rejected"
ENDED = (CANCELLED, DECLINED, EXPIRED, REJECTED)


@dataclass
class Entry:
    """One party of one form in one hall; who gave the seat back is None.

    *is_held*: it has seats although its address is not confirmed. *deadline* is that of an offer or a hold.
    """

    form: Form
    place: int
    priority: int
    party: list[str | None]
    state: str = WAITS
    deadline: datetime | None = None
    is_held: bool = False

    @property
    def size(self) -> int:
        return sum(label is not None for label in self.party)

    @property
    def has_seats(self) -> bool:
        return self.state in (SEATED, OFFERED) or (self.state == UNVERIFIED and self.is_held)

    def is_due(self, at: datetime) -> bool:
        return self.state in (OFFERED, UNVERIFIED) and self.deadline is not None and self.deadline <= at


@dataclass
class Room:
    """One event."""

    hall: Hall
    wanted: dict[str, int]
    entries: list[Entry] = field(default_factory=list)

    def needs(self, entry: Entry) -> Counter[str]:
        needs = Counter({EVENT: entry.size})
        needs.update(label for label in entry.party if label is not None and label in self.wanted)
        return needs

    def taken(self) -> Counter[str]:
        return sum((self.needs(one) for one in self.entries if one.has_seats), Counter[str]())

    def waiting(self) -> list[Entry]:
        """Return the line: who ranks higher first, then who came first."""
        return sorted(
            (one for one in self.entries if one.state == WAITS), key=lambda one: (-one.priority, one.place)
        )

    def promote(self) -> list[Entry]:
        """Seat whoever fits, in turn."""
        seated = []
        for entry in self.waiting():
            taken = self.taken()
            if all(taken[pool] + need <= self.wanted[pool] for pool, need in self.needs(entry).items()):
                entry.state = SEATED
                seated.append(entry)
            elif self.hall.plan.policy == "strict":
                break
        return seated

    def ask(self, entry: Entry) -> bool:
        """Let *entry* ask for its seats now: it sits if it is at its turn, else it waits."""
        is_held_back = self.hall.plan.policy == "strict" and any(
            one.priority >= entry.priority for one in self.waiting()
        )
        entry.state = WAITS
        return not is_held_back and entry in self.promote()
