"""One event as the model sees it: who is in it, what is taken, who may sit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registration.proof.client import Form
from registration.proof.plans import EVENT, Plan, parts
from registration.proof.stage import Hall

SEATED, OFFERED, WAITS = "confirmed", "offered", "waitlisted"
UNVERIFIED, PENDING = "unverified", "pending"
CANCELLED, DECLINED, EXPIRED, REJECTED = "cancelled", "declined", "expired", "rejected"
ENDED = (CANCELLED, DECLINED, EXPIRED, REJECTED)
HOLD = timedelta(minutes=30)
NO_LIMIT = 1_000_000


@dataclass
class ModelParty:
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
    replaces: "tuple[int, ModelParty] | None" = None
    # The ranks of those who came in.
    inside: set[int] = field(default_factory=set)

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
    """One event. *plan* is how it is now; *firms* are the limits of those firms that have one."""

    hall: Hall
    wanted: dict[str, int]
    entries: list[ModelParty] = field(default_factory=list)
    plan: Plan = field(init=False)
    firms: dict[str, int] = field(default_factory=dict)
    allotted: dict[str, int] = field(default_factory=dict)
    release_at: dict[str, datetime] = field(default_factory=dict)
    reserve: int = 0
    is_closed: bool = False
    is_off: bool = False

    def __post_init__(self) -> None:
        self.plan = self.hall.plan
        for firm, seats in self.plan.allotted.items():
            assert self.hall.release_at is not None
            self.allot(firm, None, seats, self.hall.release_at)

    @property
    def next_place(self) -> int:
        return 1 + max((one.place for one in self.entries), default=0)

    @property
    def active(self) -> list[ModelParty]:
        return [one for one in self.entries if one.state not in ENDED]

    @property
    def firm_limit(self) -> int:
        """How many of a firm may come for which nothing else was agreed."""
        return NO_LIMIT if self.plan.firm_cap is None else self.plan.firm_cap

    @property
    def stands_still(self) -> bool:
        """Whether nobody moves up by herself."""
        return self.is_off or self.plan.is_frozen or self.plan.promotion == "manual"

    def limit(self, pool: str) -> int:
        return self.firms[pool[1:]] if pool.startswith("@") else self.wanted[pool]

    def meet(self, people: Iterable[str]) -> None:
        """Let firms that come have a limit from now on, where every firm has one."""
        if self.plan.firm_cap is not None:
            for firm in sorted({parts(person)[2] for person in people}):
                self.firms.setdefault(firm, self.plan.firm_cap)

    def allot(self, firm: str, cap: int | None, seats: int, release_at: datetime) -> None:
        """Agree with a firm on a limit, and on seats that are kept for it for a while."""
        default = self.firm_limit if self.plan.firm_cap is None else max(self.plan.firm_cap, seats)
        self.firms[firm] = default if cap is None else cap
        self.allotted[firm], self.release_at[firm] = seats, release_at

    def priority_of(self, people: Iterable[str]) -> int:
        """Return how a party ranks in the line: as the lowest of its categories."""
        labels = {parts(person)[0] for person in people} - {""}
        return min((self.plan.categories[label][0] for label in labels), default=0)

    def rank(self, entry: ModelParty) -> None:
        """Rank who has no seat yet as those who come now."""
        if not entry.is_seated:
            entry.priority = self.priority_of(entry.present)

    def needs_of(self, people: Iterable[str]) -> Counter[str]:
        """Return what *people* need of which pool; those of firms go by @firm."""
        needs: Counter[str] = Counter()
        for person in people:
            category, sessions, firm = parts(person)
            needs[EVENT] += 1
            needs.update(one for one in (category, *sessions) if one in self.wanted)
            if firm in self.firms:
                needs[f"@{firm}"] += 1
        return needs

    def needs(self, entry: ModelParty) -> Counter[str]:
        return self.needs_of(entry.present)

    def taken(self) -> Counter[str]:
        return sum((self.needs(one) for one in self.entries if one.is_seated), Counter[str]())

    def waiting(self) -> list[ModelParty]:
        """Return the line: who ranks higher first, then who came first."""
        line = (one for one in self.entries if one.state == WAITS)
        return sorted(line, key=lambda one: (-one.priority, one.place, one.part))

    def fits(self, needs: Counter[str], spared: int = 0, ahead: Sequence[ModelParty] = ()) -> bool:
        """Say whether all of *needs* is free; what is kept for a firm is free to its people alone.

        *spared* are seats of the reserve that the organiser gives for this. Those *ahead* have reserved
        what they need, as far as there is any.
        """
        taken = self.taken()
        left = {pool: max(0, self.limit(pool) - taken[pool]) for pool in self.pools()}
        own = {firm: max(0, seats - taken[f"@{firm}"]) for firm, seats in self.allotted.items()}
        to_all = max(0, left[EVENT] - sum(own.values()) - self.reserve + spared)
        for one in ahead:
            wants = self.needs(one)
            theirs = sum(min(wants[f"@{firm}"], seats) for firm, seats in own.items())
            own = {firm: max(0, seats - wants[f"@{firm}"]) for firm, seats in own.items()}
            others = min(to_all, wants.pop(EVENT) - theirs)
            to_all -= others
            left[EVENT] = max(0, left[EVENT] - theirs - others)
            for pool, need in wants.items():
                left[pool] = max(0, left[pool] - need)
        if any(need > left[pool] for pool, need in needs.items()):
            return False
        theirs = sum(min(needs[f"@{firm}"], seats) for firm, seats in own.items())
        return needs[EVENT] - theirs <= to_all

    def pools(self) -> list[str]:
        return [*self.wanted, *(f"@{firm}" for firm in self.firms)]

    def can_ever_fit(self, needs: Counter[str]) -> bool:
        """Say whether there is as much of everything, were nobody else there."""
        return all(need <= self.limit(pool) for pool, need in needs.items())

    def stuck(self) -> set[tuple[str, int]]:
        """Return which parties, by form and part, wait for more than there is; none where nothing is held."""
        if self.is_off:
            return set()
        return {(one.form.key, one.part) for one in self.waiting() if self.too_large(one.present)}

    def reserving(self, line: Iterable[ModelParty]) -> list[ModelParty]:
        """Return who of *line* keeps seats from those behind, where nobody who is ahead may be delayed."""
        return [one for one in line if self.can_ever_fit(self.needs(one))]

    def free(self) -> int:
        """Return how many seats of the event nobody has."""
        return max(0, self.wanted[EVENT] - self.taken()[EVENT])

    def spare(self, needs: Counter[str]) -> int:
        """Return how many seats of the reserve it takes that *needs* fit."""
        if self.fits(needs):
            return 0
        taken = self.taken()
        kept = sum(max(0, seats - taken[f"@{firm}"]) for firm, seats in self.allotted.items())
        open_seats = max(0, self.free() - kept - self.reserve)
        return min(self.reserve, max(0, needs[EVENT] - open_seats))

    def may_have(self, needs: Counter[str], priority: int) -> bool:
        """Say whether somebody who asks now gets *needs*: those who wait and rank no lower come first."""
        ahead = self.reserving(one for one in self.waiting() if one.priority >= priority)
        if self.stands_still and ahead:
            return False
        return self.fits(needs, ahead=ahead if self.plan.policy == "strict" else ())

    def would_sit(self, entry: ModelParty) -> bool:
        return self.may_have(self.needs(entry), entry.priority)

    def may_wait(self) -> bool:
        """Say whether one more can wait."""
        limit = self.plan.waitlist_limit
        return self.plan.has_waitlist and (limit is None or len(self.waiting()) < limit)

    def admit(self, entry: ModelParty, at: datetime, *, is_trusted: bool = False) -> None:
        """Let *entry* join: to seats, to the line, or to where it is asked something first."""
        plan, sits = self.plan, self.would_sit(entry)
        if plan.needs_approval and not is_trusted:
            entry.state = UNVERIFIED if plan.confirms_address else PENDING
        elif plan.confirms_address and not is_trusted:
            entry.state, entry.is_seated = UNVERIFIED, sits
        elif sits:
            entry.sit()
        if entry.state == UNVERIFIED:
            entry.deadline = at + HOLD
        self.entries.append(entry)

    def promote(self) -> list[ModelParty]:
        """Seat whoever fits, in turn."""
        seated = []
        if self.stands_still:
            return []
        reserving: list[ModelParty] = []
        for entry in self.waiting():
            if self.fits(self.needs(entry), ahead=reserving):
                entry.sit()
                seated.append(entry)
            elif self.plan.policy == "strict":
                reserving += self.reserving([entry])
        return seated

    def too_large(self, people: Iterable[str], had: Counter[str] | None = None) -> bool:
        """Say whether there are never as many seats, beside what they *had* already."""
        before = had or Counter[str]()
        needs = [one for one in self.needs_of(people).items() if one != (EVENT, one[1]) or self.wanted[EVENT]]
        return not self.can_ever_fit(Counter({one: need for one, need in needs if need > before[one]}))

    def trouble(self, people: Iterable[str]) -> str:
        """Return why *people* cannot come at all, or nothing."""
        for person in people:
            hours = [self.plan.sessions[one][0] for one in parts(person)[1]]
            if len(hours) != len(set(hours)):
                return "refused"
        if self.plan.firm_cap is not None and not all(parts(person)[2] for person in people):
            return "firm-missing"
        return ""
