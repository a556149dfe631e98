"""What should happen, in a few lines of plain Python: a second opinion that shares nothing with the engine.

It knows no database, no lock and no query. Whatever it and the engine disagree on is a bug in one of them.
"""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registration.proof.client import Form
from registration.proof.stage import EVENT, OFFER_HOURS, Hall, Stage

SEATED, OFFERED, WAITS = "confirmed", "offered", "waitlisted"
CANCELLED, DECLINED, EXPIRED = "cancelled", "declined", "expired"
_HOLDING = (SEATED, OFFERED)
_ENDED = (CANCELLED, DECLINED, EXPIRED)
_LINK_AGAIN_AFTER = timedelta(minutes=15)


@dataclass
class Entry:
    """One party of one form in one hall; who gave the seat back is None."""

    form: Form
    place: int
    priority: int
    party: list[str | None]
    state: str = WAITS
    deadline: datetime | None = None

    @property
    def size(self) -> int:
        return sum(label is not None for label in self.party)


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
        return sum((self.needs(one) for one in self.entries if one.state in _HOLDING), Counter[str]())

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


@dataclass
class Model:
    """All that the proof has done so far, as it should be."""

    stage: Stage
    rooms: list[Room] = field(init=False)
    # By submit key; a refused form leaves no trace and may be sent again.
    forms: dict[str, Form] = field(default_factory=dict)
    # (key, hall, kind) of every mail that was decided; what concerns the whole form has the hall -1.
    mails: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    links: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rooms = [Room(hall, dict(hall.wanted)) for hall in self.stage.halls]

    def copy(self) -> "Model":
        return deepcopy(self, {id(self.stage): self.stage})

    def register(self, form: Form, at: datetime) -> str:
        """Return what the client is answered."""
        known = self.forms.get(form.key)
        if known is not None:
            return "receipt" if known == form else "conflict"
        active = self._active(form)
        if active:
            self._send_links(active, at)
            return "link"
        refusal = self._refusal(form)
        if refusal:
            return refusal
        self.forms[form.key] = form
        joined = self._joined(form, self.rooms)
        if len(joined) > 1:
            self.mails[form.key, -1, "programme"] += 1
            return "receipt"
        for hall, entry in joined:
            kind = "confirmed" if entry.state == SEATED else "waitlisted"
            self.mails[form.key, hall, kind] += 1
        return "receipt"

    def cancel(self, key: str, hall: int, at: datetime, *, by_organiser: bool) -> str:
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state not in _ENDED:
            self._end(entry, hall, CANCELLED, at, "removed" if by_organiser else "cancelled")
        return "done"

    def accept(self, key: str, hall: int, at: datetime) -> str:
        """An offer is taken, in time or not."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state == OFFERED and entry.deadline is not None and at >= entry.deadline:
            self._end(entry, hall, EXPIRED, at)
        if entry.state == EXPIRED:
            return "offer-ended"
        if entry.state == OFFERED:
            entry.state, entry.deadline = SEATED, None
            self.mails[key, hall, "promoted"] += 1
        return "done" if entry.state == SEATED else "not-now"

    def decline(self, key: str, hall: int, at: datetime) -> str:
        """An offer is left to the next."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state == OFFERED:
            self._end(entry, hall, DECLINED, at)
        return "done" if entry.state in (DECLINED, EXPIRED) else "not-now"

    def sweep(self, at: datetime) -> str:
        """What is due ends, all of it before anybody moves up."""
        for hall, room in enumerate(self.rooms):
            due = [
                one for one in room.entries if one.state == OFFERED and one.deadline and one.deadline <= at
            ]
            for entry in due:
                entry.state = EXPIRED
                self.mails[entry.form.key, hall, EXPIRED] += 1
            self._promote(hall, at)
        return "done"

    def remove(self, key: str, hall: int, rank: int, at: datetime) -> str:
        """One person of a party does not come."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state in _ENDED:
            return "done"
        if rank >= len(entry.party):
            return "not-found"
        if entry.party[rank] is None:
            return "done"
        if entry.size == 1:
            self._end(entry, hall, CANCELLED, at)
            return "done"
        entry.party[rank] = None
        self.mails[key, hall, "shrunk"] += 1
        self._promote(hall, at)
        return "done"

    def change_capacity(self, hall: int, pool: str, wanted: int, at: datetime) -> str:
        if not 0 <= wanted <= 1_000_000:
            return "capacity"
        self.rooms[hall].wanted[pool] = wanted
        self._promote(hall, at)
        return "done"

    def _entry(self, key: str, hall: int) -> Entry | None:
        return next((one for one in self.rooms[hall].entries if one.form.key == key), None)

    def _active(self, form: Form) -> list[Entry]:
        """Return the same person's registrations for what she asks for again."""
        return [
            entry
            for hall, _party in form.wishes
            for entry in self.rooms[hall].entries
            if entry.form.person == form.person and entry.state not in _ENDED
        ]

    def _refusal(self, form: Form) -> str:
        """Return why nothing comes of *form*, tried on a copy."""
        tried = self.copy()
        for hall, entry in self._joined(form, tried.rooms):
            if entry.state == SEATED:
                continue
            if not self.rooms[hall].hall.plan.has_waitlist:
                return "full"
        tried = self.copy()
        if form.together and any(entry.state != SEATED for _hall, entry in self._joined(form, tried.rooms)):
            return "not-together"
        return ""

    def _joined(self, form: Form, rooms: Sequence[Room]) -> list[tuple[int, Entry]]:
        joined = []
        for hall, party in form.wishes:
            room = rooms[hall]
            ranks = [room.hall.plan.categories[label][0] for label in party if label]
            entry = Entry(form, len(room.entries) + 1, min(ranks, default=0), list(party))
            room.entries.append(entry)
            # Whoever comes and fits needs no offer.
            if entry in room.promote():
                entry.state = SEATED
            joined.append((hall, entry))
        return joined

    def _end(self, entry: Entry, hall: int, state: str, at: datetime, mail: str = "") -> None:
        entry.state, entry.deadline = state, None
        self.mails[entry.form.key, hall, mail or state] += 1
        self._promote(hall, at)

    def _promote(self, hall: int, at: datetime) -> None:
        room = self.rooms[hall]
        for entry in room.promote():
            if room.hall.plan.promotion == "offer":
                entry.state, entry.deadline = OFFERED, at + timedelta(hours=OFFER_HOURS)
            self.mails[entry.form.key, hall, OFFERED if entry.state == OFFERED else "promoted"] += 1

    def _send_links(self, active: Sequence[Entry], at: datetime) -> None:
        for key in {entry.form.key for entry in active}:
            last = self.links.get(key)
            if last is None or last <= at - _LINK_AGAIN_AFTER:
                self.links[key] = at
                self.mails[key, -1, "link"] += 1
