"""One event as the model sees it: who is in it, what is taken, who may sit."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registration.proof.client import Form
from registration.proof.plans import EVENT, parts
from registration.proof.stage import Hall

SEATED, OFFERED, WAITS = "confirmed", "offered", "waitlisted"
UNVERIFIED, PENDING = "unverified", "pending"
CANCELLED, DECLINED, EXPIRED, REJECTED = "cancelled", "declined", "expired", "rejected"
ENDED = (CANCELLED, DECLINED, EXPIRED, REJECTED)
HOLD = timedelta(minutes=30)
_NO_LIMIT = 1_000_000


@dataclass
class Entry:
    """One party of one form in one hall: its people by rank; who gave the seat back is None.

    *replaces* is what the same people have in another hall until this one is certain.
    """

    form: Form
    place: int
    priority: int
    people: dict[int, str | None]
    state: str = WAITS
    deadline: datetime | None = None
    part: int = 0
    is_seated: bool = False
    replaces: "tuple[int, Entry] | None" = None

    @property
    def present(self) -> list[str]:
        return [one for one in self.people.values() if one is not None]

    @property
    def size(self) -> int:
        return len(self.present)

    def is_late(self, at: datetime) -> bool:
        return self.deadline is not None and self.deadline <= at

    def end(self, state: str) -> None:
        self.state, self.deadline, self.is_seated = state, None, False

    def sit(self) -> None:
        self.state, self.deadline, self.is_seated = SEATED, None, True


@dataclass
class Room:
    """One event."""

    hall: Hall
    wanted: dict[str, int]
    entries: list[Entry] = field(default_factory=list)
    allotted: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.allotted = dict(self.hall.plan.allotted)

    @property
    def next_place(self) -> int:
        return 1 + max((one.place for one in self.entries), default=0)

    def limit(self, pool: str) -> int:
        cap = self.hall.plan.firm_cap
        return self.wanted.get(pool, _NO_LIMIT if cap is None else cap)

    def priority_of(self, people: Iterable[str]) -> int:
        """Return how a party ranks in the line: as the lowest of its categories."""
        labels = {parts(person)[0] for person in people} - {""}
        return min((self.hall.plan.categories[label][0] for label in labels), default=0)

    def rank(self, entry: Entry) -> None:
        """Rank who has no seat yet as those who come now."""
        if not entry.is_seated:
            entry.priority = self.priority_of(entry.present)

    def needs_of(self, people: Iterable[str]) -> Counter[str]:
        """Return what *people* need of which pool; those of firms go by @firm."""
        plan = self.hall.plan
        needs: Counter[str] = Counter()
        for person in people:
            category, sessions, firm = parts(person)
            needs[EVENT] += 1
            needs.update(one for one in (category, *sessions) if one in self.wanted)
            if firm and (plan.firm_cap is not None or firm in plan.allotted):
                needs[f"@{firm}"] += 1
        return needs

    def needs(self, entry: Entry) -> Counter[str]:
        return self.needs_of(entry.present)

    def taken(self) -> Counter[str]:
        return sum((self.needs(one) for one in self.entries if one.is_seated), Counter[str]())

    def waiting(self) -> list[Entry]:
        """Return the line: who ranks higher first, then who came first."""
        line = (one for one in self.entries if one.state == WAITS)
        return sorted(line, key=lambda one: (-one.priority, one.place, one.part))

    def fits(self, needs: Counter[str]) -> bool:
        """Say whether all of *needs* is free; what is kept for a firm is free to its people alone."""
        taken = self.taken()
        if any(taken[pool] + need > self.limit(pool) for pool, need in needs.items()):
            return False
        left = {firm: max(0, seats - taken[f"@{firm}"]) for firm, seats in self.allotted.items()}
        kept = sum(left.values())
        theirs = sum(min(needs[f"@{firm}"], seats) for firm, seats in left.items())
        free = self.wanted[EVENT] - taken[EVENT]
        return kept == 0 or needs[EVENT] - theirs <= max(0, free - kept)

    def is_held_back(self, priority: int) -> bool:
        """Say whether somebody who waits must be asked first, even if she does not fit."""
        plan = self.hall.plan
        if plan.policy != "strict" and plan.promotion != "manual":
            return False
        return any(one.priority >= priority for one in self.waiting())

    def would_sit(self, entry: Entry) -> bool:
        return self.fits(self.needs(entry)) and not self.is_held_back(entry.priority)

    def admit(self, entry: Entry, at: datetime, *, is_trusted: bool = False) -> None:
        """Let *entry* join: to seats, to the line, or to where it is asked something first."""
        plan, sits = self.hall.plan, self.would_sit(entry)
        if plan.needs_approval and not is_trusted:
            entry.state = UNVERIFIED if plan.confirms_address else PENDING
        elif plan.confirms_address and not is_trusted:
            entry.state, entry.is_seated = UNVERIFIED, sits
        elif sits:
            entry.sit()
        if entry.state == UNVERIFIED:
            entry.deadline = at + HOLD
        self.entries.append(entry)

    def promote(self) -> list[Entry]:
        """Seat whoever fits, in turn."""
        seated = []
        if self.hall.plan.promotion == "manual":
            return []
        for entry in self.waiting():
            if self.fits(self.needs(entry)):
                entry.sit()
                seated.append(entry)
            elif self.hall.plan.policy == "strict":
                break
        return seated

    def trouble(self, people: Iterable[str]) -> str:
        """Return why *people* cannot come at all, or nothing."""
        plan = self.hall.plan
        for person in people:
            hours = [plan.sessions[one][0] for one in parts(person)[1]]
            if len(hours) != len(set(hours)):
                return "refused"
        if plan.firm_cap is not None and not all(parts(person)[2] for person in people):
            return "firm-missing"
        return ""
