"""What should happen, in a few lines of plain Python: a second opinion that shares nothing with the engine.

It knows no database, no lock and no query. Whatever it and the engine disagree on is a bug in one of them.
"""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registration.proof.client import Form
from registration.proof.room import (
    CANCELLED,
    DECLINED,
    ENDED,
    EXPIRED,
    OFFERED,
    PENDING,
    REJECTED,
    SEATED,
    UNVERIFIED,
    WAITS,
    Entry,
    Room,
)
from registration.proof.stage import HOLD_MINUTES, OFFER_HOURS, Stage

_LINK_AGAIN_AFTER = timedelta(minutes=15)
# The mail that tells of the state somebody came to.
_KINDS = {SEATED: "confirmed", WAITS: "waitlisted", PENDING: "pending", UNVERIFIED: "verify"}


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
        joined = self._joined(form, self.rooms, at)
        told = Counter((form.key, hall, _KINDS[entry.state]) for hall, entry in joined)
        if len(joined) > 1:
            # Confirming the address is asked for itself, and once; all the rest is told together.
            asked = [(hall, entry) for hall, entry in joined if entry.state == UNVERIFIED][:1]
            told = Counter((form.key, hall, _KINDS[UNVERIFIED]) for hall, entry in asked)
            told[form.key, -1, "programme"] += any(entry.state != UNVERIFIED for _hall, entry in joined)
        self.mails.update(+told)
        return "receipt"

    def verify(self, key: str, at: datetime) -> str:
        """Whoever wrote the form reads the mail to its address."""
        is_in_time = False
        for hall, room in enumerate(self.rooms):
            entry = self._entry(key, hall)
            if entry is None:
                continue
            if entry.is_due(at) and entry.state == UNVERIFIED:
                self._end(entry, hall, EXPIRED, at)
                continue
            is_in_time |= entry.state not in ENDED
            if entry.state != UNVERIFIED:
                continue
            entry.deadline = None
            if not entry.is_held and room.hall.plan.needs_approval:
                entry.state = PENDING
                self.mails[key, hall, PENDING] += 1
            else:
                self._let_in(entry, hall, at)
        return "done" if is_in_time else "too-late"

    def approve(self, key: str, hall: int, at: datetime) -> str:
        """The organiser says yes."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state != PENDING:
            return "not-now"
        self._let_in(entry, hall, at)
        return "done"

    def reject(self, key: str, hall: int, at: datetime) -> str:
        """The organiser says no."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state != PENDING:
            return "not-now"
        self._end(entry, hall, REJECTED, at)
        return "done"

    def cancel(self, key: str, hall: int, at: datetime, *, by_organiser: bool) -> str:
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state not in ENDED:
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
            for entry in [one for one in room.entries if one.is_due(at)]:
                entry.state = EXPIRED
                self.mails[entry.form.key, hall, EXPIRED] += 1
            self._promote(hall, at)
        return "done"

    def remove(self, key: str, hall: int, rank: int, at: datetime) -> str:
        """One person of a party does not come."""
        entry = self._entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state in ENDED:
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
            if entry.form.person == form.person and entry.state not in ENDED
        ]

    def _refusal(self, form: Form) -> str:
        """Return why nothing comes of *form*, tried on a copy."""
        tried = self.copy()
        sits = {}
        for hall, party in form.wishes:
            entry = _new_entry(form, tried.rooms[hall], party)
            sits[hall] = tried.rooms[hall].ask(entry)
            plan = self.rooms[hall].hall.plan
            if not sits[hall] and not plan.has_waitlist and not plan.needs_approval:
                return "full"
        return "not-together" if form.together and not all(sits.values()) else ""

    def _joined(self, form: Form, rooms: Sequence[Room], at: datetime) -> list[tuple[int, Entry]]:
        joined = []
        for hall, party in form.wishes:
            room = rooms[hall]
            entry = _new_entry(form, room, party)
            plan = room.hall.plan
            if plan.needs_approval:
                entry.state = PENDING
            else:
                # Whoever comes and fits needs no offer.
                entry.is_held = room.ask(entry)
            if plan.confirms_address:
                entry.state, entry.deadline = UNVERIFIED, at + timedelta(minutes=HOLD_MINUTES)
            joined.append((hall, entry))
        return joined

    def _let_in(self, entry: Entry, hall: int, at: datetime) -> None:
        """Let one who was unverified or pending have her seats, or wait at the place she came to."""
        sits = entry.is_held or self.rooms[hall].ask(entry)
        entry.state = SEATED if sits else WAITS
        self.mails[entry.form.key, hall, _KINDS[entry.state]] += 1
        self._promote(hall, at)

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


def _new_entry(form: Form, room: Room, party: Sequence[str]) -> Entry:
    """Put a party at the end of the line."""
    ranks = [room.hall.plan.categories[label][0] for label in party if label]
    entry = Entry(form, len(room.entries) + 1, min(ranks, default=0), list(party), state="new")
    room.entries.append(entry)
    return entry
