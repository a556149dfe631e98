"""What should happen, in a few lines of plain Python: a second opinion that shares nothing with the engine.

It knows no database, no lock and no query. Whatever it and the engine disagree on is a bug in one of them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registration.proof.client import Form
from registration.proof.plans import EVENT
from registration.proof.room import (
    CANCELLED,
    DECLINED,
    ENDED,
    EXPIRED,
    OFFERED,
    PENDING,
    SEATED,
    UNVERIFIED,
    WAITS,
    ModelParty,
    Room,
)
from registration.proof.stage import OFFER_HOURS, Stage

_LINK_AGAIN_AFTER = timedelta(minutes=15)
# The mail that tells whoever joined; an address is asked about once for the whole form.
JOINED = {SEATED: "confirmed", WAITS: "waitlisted", PENDING: "pending", UNVERIFIED: "verify"}


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
    # Forms whose link is now the mailbox's: who has the form gets none.
    handed_over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rooms = [Room(hall, dict(hall.wanted)) for hall in self.stage.halls]

    def register(self, form: Form, at: datetime) -> str:
        """Return what the client is answered."""
        known = self.forms.get(form.key)
        if known is not None:
            return self._repeated(form, known, at)
        if any(self.rooms[hall].is_closed or self.rooms[hall].is_off for hall, _party in form.wishes):
            return "closed"
        refusal = self._refusal(form)
        if refusal:
            return refusal
        # Last of all: what is refused is refused to a known address in the same words as to any other.
        active = self._active(form)
        if active:
            self._send_links(active, at)
            return "link"
        self.forms[form.key] = form
        joined = self._joined(form, at)
        states = [entry.state for _hall, entry in joined]
        if UNVERIFIED in states:
            self.mails[form.key, -1, "verify"] += 1
        told = [(hall, entry) for hall, entry in joined if entry.state != UNVERIFIED]
        if told and len(form.wishes) > 1:
            self.mails[form.key, -1, "programme"] += 1
            return "receipt"
        # The parts of one party that came to the same are told of by one mail.
        for hall, mail in {(hall, JOINED[entry.state]) for hall, entry in told}:
            self.mails[form.key, hall, mail] += 1
        return "receipt"

    def cancel(self, key: str, hall: int, at: datetime, *, by_organiser: bool) -> str:
        entry = self.entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state in ENDED:
            return "done"
        if entry.inside:
            return "is-in"
        self.end(entry, hall, CANCELLED, at, "removed" if by_organiser else "cancelled")
        return "done"

    def check_in(self, key: str, hall: int, rank: int, *, is_in: bool) -> str:
        """Somebody comes in at the door, or that is taken back; who is in keeps the seat."""
        entry = self.entry(key, hall)
        if is_in and self.rooms[hall].is_off:
            return "not-now"
        if entry is None or rank not in entry.people:
            return "not-found"
        if entry.state != SEATED or entry.people[rank] is None:
            return "no-seat"
        (entry.inside.add if is_in else entry.inside.discard)(rank)
        return "done"

    def accept(self, key: str, hall: int, at: datetime) -> str:
        """An offer is taken, in time or not."""
        entry = self.entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state == OFFERED and self.rooms[hall].is_off:
            return "not-now"
        if entry.state == OFFERED and entry.deadline is not None and at >= entry.deadline:
            self.end(entry, hall, EXPIRED, at)
        if entry.state == EXPIRED:
            return "offer-ended"
        if entry.state == OFFERED:
            entry.sit()
            self.mails[key, hall, "promoted"] += 1
        return "done" if entry.state == SEATED else "not-now"

    def decline(self, key: str, hall: int, at: datetime) -> str:
        """An offer is left to the next."""
        entry = self.entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state == OFFERED and self.rooms[hall].is_off:
            return "not-now"
        if entry.state == OFFERED:
            self.end(entry, hall, DECLINED, at)
        return "done" if entry.state in (DECLINED, EXPIRED) else "not-now"

    def sweep(self, at: datetime) -> str:
        """What is due ends, kind by kind, all of an event before anybody moves up there."""
        for state in (OFFERED, UNVERIFIED):
            for hall, room in enumerate(self.rooms):
                due = [one for one in room.entries if one.state == state and one.is_late(at)]
                for entry in due:
                    entry.end(EXPIRED)
                if not room.is_off:
                    self._tell(due, hall, EXPIRED)
                self.promote(hall, at)
        for hall, room in enumerate(self.rooms):
            # One firm after the other, as their limits were made.
            for firm in [one for one in room.firms if room.allotted.get(one) and room.release_at[one] <= at]:
                room.allotted[firm] = 0
                self.promote(hall, at)
        self._finish_moves(at)
        return "done"

    def remove(self, key: str, hall: int, rank: int, at: datetime) -> str:
        """One person of a party does not come."""
        entry = self.entry(key, hall)
        if entry is None:
            return "not-found"
        if entry.state in ENDED:
            return "done"
        if rank not in entry.people:
            return "not-found"
        if entry.people[rank] is None or rank in entry.inside:
            return "is-in" if rank in entry.inside else "done"
        if entry.size == 1:
            self.end(entry, hall, CANCELLED, at)
            return "done"
        entry.people[rank] = None
        self.rooms[hall].rank(entry)
        self.mails[key, hall, "shrunk"] += 1
        self.promote(hall, at)
        return "done"

    def change_capacity(self, hall: int, pool: str, wanted: int, at: datetime, reserve: int = 0) -> str:
        if not 0 <= wanted <= 1_000_000 or reserve > wanted:
            return "capacity"
        before = self.rooms[hall].stuck()
        self.rooms[hall].wanted[pool] = wanted
        self.tell_too_large(hall, before)
        if pool == EVENT:
            self.rooms[hall].reserve = reserve
        self.promote(hall, at)
        return "done"

    def tell_too_large(self, hall: int, before: Collection[tuple[str, int]]) -> None:
        """Who waits and can never fit any more, as those *before* could not, is told once."""
        for key in {key for key, _part in self.rooms[hall].stuck().difference(before)}:
            self.mails[key, hall, "too_large"] += 1

    def entry(self, key: str, hall: int) -> ModelParty | None:
        return next((one for one in self.rooms[hall].entries if one.form.key == key), None)

    def _repeated(self, form: Form, known: Form, at: datetime) -> str:
        if known != form:
            return "conflict"
        if form.key not in self.handed_over:
            return "receipt"
        self._send_links(self._active(form), at)
        return "link"

    def _active(self, form: Form) -> list[ModelParty]:
        """Return the same person's registrations for what she asks for again."""
        return [
            entry
            for hall, _party in form.wishes
            for entry in self.rooms[hall].entries
            if entry.form.person == form.person and entry.state not in ENDED
        ]

    def _refusal(self, form: Form) -> str:
        """Return why nothing comes of *form*."""
        sit = True
        for hall, people in form.wishes:
            room = self.rooms[hall]
            trouble = room.trouble(people)
            if trouble:
                return trouble
            room.meet(people)
            groups = [[one] for one in people] if form.is_flexible else [list(people)]
            if any(room.too_large(one) for one in groups):
                return "too-large"
            sits = room.would_sit(self._new(form, hall))
            if not sits and not room.plan.needs_approval and not room.may_wait():
                return "full"
            sit = sit and sits
        return "" if sit or not form.together else "not-together"

    def _new(self, form: Form, hall: int) -> ModelParty:
        """Return the party of *form* for *hall* as it would join."""
        room, people = self.rooms[hall], dict(form.wishes)[hall]
        return ModelParty(form, room.next_place, room.priority_of(people), dict(enumerate(people)))

    def _joined(self, form: Form, at: datetime) -> list[tuple[int, ModelParty]]:
        joined = []
        for hall, _people in form.wishes:
            # Whoever comes and fits needs no offer.
            for entry in self._parts(self._new(form, hall), self.rooms[hall]):
                self.rooms[hall].admit(entry, at)
                joined.append((hall, entry))
        return joined

    def _parts(self, whole: ModelParty, room: Room) -> list[ModelParty]:
        """Return *whole*; where as many as fit may come, those who fit together and each of the others."""
        if not whole.form.is_flexible or room.would_sit(whole):
            return [whole]
        people, fitting = whole.present, whole.size - 1
        while fitting and not room.would_sit(_part(whole, room, people[:fitting], 0)):
            fitting -= 1
        groups = [people[:fitting]] if fitting else []
        groups += [[person] for person in people[fitting:]]
        return [_part(whole, room, group, number) for number, group in enumerate(groups)]

    def end(self, entry: ModelParty, hall: int, state: str, at: datetime, mail: str = "") -> None:
        entry.end(state)
        kind, key = mail or state, entry.form.key
        # A party in parts goes on with the others: it is smaller, and still comes.
        if kind == CANCELLED and any(
            one.form.key == key and one.state not in ENDED for one in self.rooms[hall].entries
        ):
            kind = "shrunk"
        self.mails[key, hall, kind] += 1
        self.promote(hall, at)

    def promote(self, hall: int, at: datetime) -> None:
        """Let those in line have what is free; the parts of one party are told by one mail."""
        room = self.rooms[hall]
        promoted = room.promote()
        if room.plan.promotion == "offer":
            for entry in promoted:
                entry.state, entry.deadline = OFFERED, at + timedelta(hours=OFFER_HOURS)
        self._tell(promoted, hall, OFFERED if room.plan.promotion == "offer" else "promoted")

    def _tell(self, entries: Iterable[ModelParty], hall: int, mail: str) -> None:
        for key in {entry.form.key for entry in entries}:
            self.mails[key, hall, mail] += 1

    def _finish_moves(self, at: datetime) -> None:
        """What somebody had before is given back once she has what she moved to."""
        for room in self.rooms:
            for entry in room.entries:
                if entry.replaces is None or entry.state != SEATED:
                    continue
                hall, before = entry.replaces
                entry.replaces = None
                if before.state not in ENDED and not before.inside:
                    before.end(CANCELLED)
                    self.mails[before.form.key, hall, CANCELLED] += 1
                    self.promote(hall, at)

    def _send_links(self, active: Sequence[ModelParty], at: datetime) -> None:
        for key in {entry.form.key for entry in active}:
            last = self.links.get(key)
            if last is None or last <= at - _LINK_AGAIN_AFTER:
                self.links[key] = at
                self.mails[key, -1, "link"] += 1


def _part(whole: ModelParty, room: Room, people: Sequence[str], number: int) -> ModelParty:
    """Return some *people* of a party as an entry of their own, at its place."""
    return ModelParty(whole.form, whole.place, room.priority_of(people), dict(enumerate(people)), part=number)
