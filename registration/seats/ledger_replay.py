"""A strict line as its ledger tells it: who waits, who sits, and what is reserved for whom."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registration.seats import rules
from registration.seats.ledger import KEPT, WANTED, Line

Party = tuple[int, int]
# The turn of a party in the line: higher priorities first, then who came first.
Turn = tuple[int, int, int]


@dataclass
class Replay:
    """The line after some of its ledger; nothing but the ledger is believed."""

    wanted: dict[int, int] = field(default_factory=dict)
    keeps: dict[int, int] = field(default_factory=dict)
    taken: Counter[int] = field(default_factory=Counter)
    waiting: dict[Party, Line] = field(default_factory=dict)
    holding: dict[Party, Mapping[int, int]] = field(default_factory=dict)
    # Everybody who waits in turn, and by priority what those need who can fit at all.
    turns: list[Turn] = field(default_factory=list)
    sums: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def tell(self, line: Line) -> None:
        """Take in how many seats there are, or are kept back, from now on."""
        is_first = not self.wanted
        (self.wanted if line.kind == WANTED else self.keeps).update(line.needs)
        if line.kind == WANTED and (
            is_first or any(line.needs.keys() & one.keys() for one in self.sums.values())
        ):
            self.sums.clear()
            for one in self.waiting.values():
                self._count(one, 1)

    def wait(self, line: Line) -> None:
        """Let a party wait for what *line* says."""
        self.leave((line.place, line.part))
        self.waiting[line.place, line.part] = line
        insort(self.turns, _turn(line))
        self._count(line, 1)

    def leave(self, party: Party) -> None:
        """Let a party wait no more, if it did."""
        line = self.waiting.pop(party, None)
        if line is not None:
            del self.turns[bisect_left(self.turns, _turn(line))]
            self._count(line, -1)

    def hold(self, party: Party, needs: Mapping[int, int]) -> None:
        """Let a party have *needs* and nothing else; nothing at all gives back what it had."""
        self.taken.subtract(self.holding.pop(party, {}))
        if needs:
            self.holding[party] = {pool: need for pool, need in needs.items() if pool != KEPT}
            self.taken.update(self.holding[party])

    def passed(self, line: Line, wants: Mapping[int, int]) -> list[Party]:
        """Return whose reserved seats the party of *line* takes that gets what it *wants* now."""
        if not self.wanted:
            return []
        everybody: Counter[int] = Counter()
        for priority, needs in self.sums.items():
            if priority >= line.priority:
                everybody.update(needs)
        if self._is_left(wants, everybody):
            return []
        ahead = [one for one in self._ahead(line) if self._can_ever_fit(_seats(one))]
        needed: Counter[int] = Counter()
        for one in ahead:
            needed.update(_seats(one))
        if self._is_left(wants, needed):
            return []
        pools = _seats(line).keys()
        return [(one.place, one.part) for one in ahead if pools & _seats(one).keys()]

    def _is_left(self, wants: Mapping[int, int], reserved: Mapping[int, int]) -> bool:
        needs = {pool: need for pool, need in wants.items() if pool != KEPT}
        rooms = self._rooms(needs)
        event = rooms[min(self.wanted)]
        # What was kept for it beyond its firm's seats came out of the organiser's reserve, which had it yet.
        from_reserve = max(0, wants.get(KEPT, 0) - rules.own_seats(needs, rooms))
        event.kept += from_reserve
        rules.reserve(reserved, rooms)
        event.kept -= from_reserve
        return rules.fits(needs, rooms)

    def _rooms(self, pools: Iterable[int]) -> rules.Rooms:
        """Return what is free of *pools*, of the event, and of what is kept for firms."""
        # The event's own limit is the oldest.
        event = min(self.wanted)
        own = {pool: max(0, seats - self.taken[pool]) for pool, seats in self.keeps.items() if pool != event}
        rooms = {
            pool: rules.Room(max(0, self.wanted[pool] - self.taken[pool]), 0, own.get(pool, 0))
            for pool in {event, *pools, *self.keeps} & self.wanted.keys()
        }
        rooms[event].kept = self.keeps.get(event, 0) + sum(own.values())
        return rooms

    def _can_ever_fit(self, needs: Mapping[int, int]) -> bool:
        return all(need <= self.wanted.get(pool, rules.MOST_SEATS) for pool, need in needs.items())

    def _ahead(self, line: Line) -> Iterator[Line]:
        for turn in self.turns[: bisect_left(self.turns, _turn(line))]:
            yield self.waiting[turn[1:]]

    def _count(self, line: Line, parties: int) -> None:
        needs = _seats(line)
        if self._can_ever_fit(needs):
            for pool, need in needs.items():
                self.sums[line.priority][pool] += parties * need


def _turn(line: Line) -> Turn:
    return -line.priority, line.place, line.part


def _seats(line: Line) -> dict[int, int]:
    return {pool: need for pool, need in line.needs.items() if pool != KEPT}
