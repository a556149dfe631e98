"""What should happen when a registration is decided on, confirmed or changed: the model's rules for that."""

from collections import Counter
from datetime import datetime

from registration.proof.model import JOINED, Model
from registration.proof.plans import parts
from registration.proof.room import (
    CANCELLED,
    ENDED,
    EXPIRED,
    OFFERED,
    PENDING,
    REJECTED,
    SEATED,
    UNVERIFIED,
    WAITS,
    ModelParty,
    Room,
)


def approve(model: Model, key: str, hall: int, at: datetime) -> str:
    """The organiser lets somebody in: to a seat, else to the line."""
    entry = model.entry(key, hall)
    if entry is None:
        return "not-found"
    if model.rooms[hall].is_off or entry.state != PENDING:
        return "not-now"
    _enter(model, entry, hall)
    model.promote(hall, at)
    return "done"


def reject(model: Model, key: str, hall: int, at: datetime) -> str:
    """The organiser turns somebody down."""
    entry = model.entry(key, hall)
    if entry is None:
        return "not-found"
    if model.rooms[hall].is_off or entry.state != PENDING:
        return "not-now"
    model.end(entry, hall, REJECTED, at)
    return "done"


def confirm_address(model: Model, key: str, at: datetime) -> str:
    """Somebody follows the link in the mail: every event of her form goes on, in time or not."""
    if key not in model.forms:
        return "not-found"
    mine = [
        (hall, one) for hall, room in enumerate(model.rooms) for one in room.entries if one.form.key == key
    ]
    model.handed_over.add(key)
    in_time = any(one.state not in (*ENDED, UNVERIFIED) for _hall, one in mine)
    for hall, entry in mine:
        if model.rooms[hall].is_off:
            continue
        if entry.state == UNVERIFIED:
            if entry.is_late(at):
                entry.end(EXPIRED)
                model.mails[key, hall, EXPIRED] += 1
            else:
                in_time = True
                _enter(model, entry, hall)
        model.promote(hall, at)
    return "done" if in_time else "late"


def _enter(model: Model, entry: ModelParty, hall: int) -> None:
    room, was = model.rooms[hall], entry.state
    entry.deadline = None
    if entry.is_seated:
        entry.sit()
    elif was == UNVERIFIED and room.plan.needs_approval:
        entry.state = PENDING
    elif room.would_sit(entry):
        entry.sit()
    else:
        entry.state = WAITS
    model.mails[entry.form.key, hall, JOINED[entry.state]] += 1


def seat_by_hand(model: Model, key: str, hall: int, reason: str, at: datetime) -> str:
    """The organiser seats one who waits; past others only with a reason."""
    entry, room = model.entry(key, hall), model.rooms[hall]
    if entry is None:
        return "not-found"
    if room.is_off or entry.state != WAITS:
        return "not-now"
    if not reason and _passes_somebody(room, entry):
        return "reason-missing"
    spared = room.spare(room.needs(entry))
    if not room.fits(room.needs(entry), spared):
        return "no-seat"
    room.reserve -= spared
    entry.sit()
    model.mails[key, hall, "promoted"] += 1
    model.promote(hall, at)
    return "done"


def _passes_somebody(room: Room, entry: ModelParty) -> bool:
    line = room.waiting()
    ahead = room.reserving(line[: line.index(entry)])
    if room.plan.policy != "strict":
        return any(room.fits(room.needs(one)) for one in ahead)
    needs = room.needs(entry)
    spared = room.spare(needs)
    return room.fits(needs, spared) and not room.fits(needs, spared, ahead)


def change_choice(model: Model, key: str, hall: int, rank: int, choice: str, at: datetime) -> str:
    """Somebody comes in another category or to other sessions; what she has is hers until that is certain."""
    entry, room = model.entry(key, hall), model.rooms[hall]
    if entry is None:
        return "not-found"
    if room.is_off or entry.state not in (WAITS, SEATED, OFFERED, PENDING):
        return "not-now"
    person = entry.people.get(rank)
    if person is None:
        return "not-found"
    trouble = room.trouble([f"{choice}@some"])
    if trouble or parts(choice)[:2] == parts(person)[:2]:
        return trouble or "done"
    after = {**entry.people, rank: f"{choice}@{parts(person)[2]}"}
    is_too_large = room.too_large([one for one in after.values() if one is not None], room.needs(entry))
    if is_too_large or not _may_need(room, entry, after):
        return "too-large" if is_too_large else "no-room"
    entry.people = after
    room.rank(entry)
    model.mails[key, hall, "changed"] += 1
    model.promote(hall, at)
    return "done"


def _may_need(room: Room, entry: ModelParty, after: "dict[int, str | None]") -> bool:
    """Say whether the party can need what *after* needs; who has no seat may always wait for it."""
    if not entry.is_seated:
        return True
    needs = room.needs_of(one for one in after.values() if one is not None)
    more: Counter[str] = needs - room.needs(entry)
    return not more or room.may_have(more, entry.priority)


def grow(model: Model, key: str, hall: int, person: str, at: datetime) -> str:
    """One more person comes: with a party that waits in its place, beside one that sits at the end."""
    entry, room = model.entry(key, hall), model.rooms[hall]
    if entry is None:
        return "not-found"
    if room.is_off or room.is_closed or entry.state not in (WAITS, SEATED):
        return "not-now"
    met = dict(room.firms)
    trouble = room.trouble([person])
    if not trouble:
        room.meet([person])
        had = room.needs(entry) if entry.state == WAITS else Counter[str]()
        is_too_large = room.too_large([*(entry.present if entry.state == WAITS else []), person], had)
        trouble = "too-large" if is_too_large else ""
    if trouble:
        room.firms = met
        return trouble
    if entry.state == WAITS:
        entry.people[max(entry.people) + 1] = person
        room.rank(entry)
        model.mails[key, hall, "changed"] += 1
        model.promote(hall, at)
        return "done"
    part = 1 + max(one.part for one in room.entries if one.form.key == key)
    joining = ModelParty(entry.form, room.next_place, entry.priority, {0: person}, part=part)
    if not room.would_sit(joining) and not room.may_wait():
        room.firms = met
        return "no-room"
    room.admit(joining, at, is_trusted=True)
    model.mails[key, hall, JOINED[joining.state]] += 1
    model.promote(hall, at)
    return "done"


def split(model: Model, key: str, hall: int, at: datetime) -> str:
    """A party that waits goes on waiting as single people, all of them at its place."""
    entry, room = model.entry(key, hall), model.rooms[hall]
    if entry is None:
        return "not-found"
    if room.is_off or entry.state != WAITS or entry.size < 2 or _is_moving(model, entry):
        return "not-now"
    coming = [(rank, one) for rank, one in entry.people.items() if one is not None]
    part = max(one.part for one in room.entries if one.form.key == key)
    for number, (rank, person) in enumerate(coming[1:], start=1):
        del entry.people[rank]
        room.entries.append(
            ModelParty(entry.form, entry.place, entry.priority, {rank: person}, part=part + number)
        )
    model.promote(hall, at)
    return "done"


def move(model: Model, key: str, hall: int, to: int, category: str, at: datetime) -> str:
    """Somebody goes to another event instead, and keeps what she has until she has a seat there."""
    if hall == to:
        return "not-now"
    entry, room = model.entry(key, hall), model.rooms[to]
    if entry is None:
        return "not-found"
    person = entry.form.person
    is_there = any(one.form.person == person and one.state not in ENDED for one in room.entries)
    if (
        room.is_closed
        or room.is_off
        or entry.state not in (WAITS, SEATED)
        or _is_moving(model, entry)
        or is_there
    ):
        return "not-now"
    people = [f"{category}@{parts(one)[2]}" for one in entry.present]
    trouble = "is-in" if entry.inside else room.trouble(people)
    if trouble:
        return trouble
    joining = ModelParty(
        entry.form, room.next_place, room.priority_of(people), dict(enumerate(people)), replaces=(hall, entry)
    )
    met = dict(room.firms)
    room.meet(joining.present)
    is_too_large = room.too_large(joining.present)
    if is_too_large or (not room.would_sit(joining) and not room.may_wait()):
        room.firms = met
        return "too-large" if is_too_large else "no-room"
    room.admit(joining, at, is_trusted=True)
    model.mails[key, to, JOINED[joining.state]] += 1
    if joining.state == SEATED:
        joining.replaces = None
        entry.end(CANCELLED)
        model.mails[key, hall, CANCELLED] += 1
    for number in sorted((hall, to)):
        model.promote(number, at)
    return "done"


def _is_moving(model: Model, entry: ModelParty) -> bool:
    """Say whether *entry* waits to move, or is what somebody keeps until she can."""
    others = (one for room in model.rooms for one in room.entries if one.state not in ENDED)
    is_kept = any(one.replaces is not None and one.replaces[1] is entry for one in others)
    return entry.replaces is not None or is_kept
