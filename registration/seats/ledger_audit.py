"""Read an event's ledger as somebody who trusts nobody: is it whole, and was anybody let past?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registration.seats import rules
from registration.seats.ledger import KEPT, NEEDS, POLICY, STATE, Entry, Line, chained

Party = tuple[int, int]


@dataclass
class Verdict:
    """What a reading of the ledger found; *breaks* are numbers of lines whose hash does not follow."""

    lines: int = 0
    breaks: list[int] = field(default_factory=list)
    passed: list["Passed"] = field(default_factory=list)
    last_hash: str = ""

    @property
    def holds(self) -> bool:
        """Whether the chain is whole and nobody was let past without a reason."""
        return not self.breaks and all(one.reason for one in self.passed)


@dataclass(frozen=True)
class Passed:
    """At line *number* the party at *later* was seated while the one at *place* waited and needed no more."""

    number: int
    place: int
    later: int
    reason: str


def read(entries: Iterable[Entry], policy: str, only: Party | None = None) -> Verdict:
    """Walk through a ledger from its first line, where the line was walked by *policy*.

    The work grows with the lines times those who wait, or with the lines alone where *only* one
    party (place, part) is asked about.
    """
    verdict = Verdict()
    waiting: dict[Party, Line] = {}
    holding: set[Party] = set()
    for entry in entries:
        line = entry.line
        verdict.lines += 1
        if entry.number != verdict.lines or entry.hash != chained(
            verdict.last_hash, entry.number, entry.at, line
        ):
            verdict.breaks.append(entry.number)
        verdict.last_hash = entry.hash
        party = (line.place, line.part)
        if line.kind == NEEDS and party in waiting:
            waiting[party] = line
        if line.kind == POLICY:
            policy = line.after
        if line.kind != STATE:
            continue
        waiting.pop(party, None)
        if line.after == rules.WAITLISTED and only in (None, party):
            waiting[party] = line
        # Who needs nothing yet, as before the address is confirmed, holds nothing.
        if line.after in rules.HOLDING and line.needs:
            if party not in holding:
                verdict.passed += _let_past(entry, waiting, policy)
            holding.add(party)
        else:
            holding.discard(party)
    return verdict


def _let_past(entry: Entry, waiting: Mapping[Party, Line], policy: str) -> list[Passed]:
    line = entry.line
    found = []
    for (place, _part), one in waiting.items():
        is_ahead = place < line.place and one.priority >= line.priority
        if is_ahead and (policy == rules.STRICT or not _needs_more(one, line)):
            found.append(Passed(entry.number, place, line.place, line.reason))
    return found


def _needs_more(waiting: Line, seated: Line) -> bool:
    """Say whether the one who waits needs more of some pool than the one who sat took of it."""
    kept = seated.needs.get(KEPT, 0)
    event_pool = min((one for one in seated.needs if one != KEPT), default=KEPT)
    return any(
        need > seated.needs.get(pool_id, 0) - (kept if pool_id == event_pool else 0)
        for pool_id, need in waiting.needs.items()
        if pool_id != KEPT
    )
