"""Read an event's ledger as somebody who trusts nobody: is it whole, and was anybody let past?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from registration.seats import rules
from registration.seats.ledger import KEEPS, KEPT, NEEDS, POLICY, STATE, WANTED, Line, NumberedLine, chained
from registration.seats.ledger_replay import Party, Replay


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
    """At line *number* the party at *later* got seats while the one at *place* waited, whose turn it was."""

    number: int
    place: int
    later: int
    reason: str
    part: int = 0


def read(
    entries: Iterable[NumberedLine], policy: str, only: Party | None = None, *, checks_chain: bool = True
) -> Verdict:
    """Walk through a ledger from its first line, where the line was walked by *policy*.

    The work grows with the lines and, where the line is walked by first_fit, with those who wait; with the
    lines alone where *only* one party (place, part) is asked about. Strict lines from before their limits
    were told go by the rule of then: the head blocks.
    """
    verdict = Verdict()
    replay = Replay()
    for entry in entries:
        line = entry.line
        verdict.lines += 1
        if checks_chain:
            if entry.number != verdict.lines or entry.hash != chained(
                verdict.last_hash, entry.number, entry.at, line
            ):
                verdict.breaks.append(entry.number)
            verdict.last_hash = entry.hash
        if line.kind == POLICY:
            policy = line.after
        elif line.kind in (WANTED, KEEPS):
            replay.tell(line)
        elif line.kind == NEEDS:
            verdict.passed += _changed(entry, replay, policy, only)
        elif line.kind == STATE:
            verdict.passed += _stated(entry, replay, policy, only)
    return verdict


def _changed(entry: NumberedLine, replay: Replay, policy: str, only: Party | None) -> list["Passed"]:
    """Take in that a party needs something else; who sits may want more of what somebody reserved."""
    line = entry.line
    party = (line.place, line.part)
    if party in replay.waiting:
        replay.wait(line)
    if party not in replay.holding:
        return []
    had = replay.holding[party]
    replay.hold(party, {pool: min(need, line.needs.get(pool, 0)) for pool, need in had.items()})
    more = {pool: need - had.get(pool, 0) for pool, need in line.needs.items() if need > had.get(pool, 0)}
    # Limits that came later count who sits already, and ask nobody.
    is_asking = bool(line.before and more)
    found = replay.passed(line, more) if policy == rules.STRICT and is_asking else []
    replay.hold(party, line.needs)
    return _told(entry, found, only)


def _stated(entry: NumberedLine, replay: Replay, policy: str, only: Party | None) -> list["Passed"]:
    """Take in what became of a party, and return whom it passed by getting its seats."""
    line = entry.line
    party = (line.place, line.part)
    replay.leave(party)
    if line.after == rules.WAITLISTED:
        replay.wait(line)
    found: list[Party] = []
    # Who needs nothing yet, as before the address is confirmed, holds nothing.
    if line.after in rules.HOLDING and line.needs:
        if party not in replay.holding:
            found = _let_past(line, replay, policy, only)
        replay.hold(party, line.needs)
    else:
        replay.hold(party, {})
    return _told(entry, found, only)


def _told(entry: NumberedLine, parties: Iterable[Party], only: Party | None) -> list["Passed"]:
    line = entry.line
    return [
        Passed(entry.number, party[0], line.place, line.reason, party[1])
        for party in parties
        if only in (None, party)
    ]


def _let_past(line: Line, replay: Replay, policy: str, only: Party | None) -> list[Party]:
    if policy == rules.STRICT and replay.wanted:
        return replay.passed(line, line.needs)
    asked = replay.waiting if only is None else {only: replay.waiting[only]} if only in replay.waiting else {}
    return [
        party
        for party, one in asked.items()
        if one.place < line.place
        and one.priority >= line.priority
        and (policy == rules.STRICT or not _needs_more(one, line))
    ]


def _needs_more(waiting: Line, seated: Line) -> bool:
    """Say whether the one who waits needs more of some pool than the one who sat took of it."""
    kept = seated.needs.get(KEPT, 0)
    event_pool = min((one for one in seated.needs if one != KEPT), default=KEPT)
    return any(
        need > seated.needs.get(pool_id, 0) - (kept if pool_id == event_pool else 0)
        for pool_id, need in waiting.needs.items()
        if pool_id != KEPT
    )
