"""What should happen when the organiser changes an event itself: its line, its firms, whether it is held."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from registration.proof.model import Model
from registration.proof.plans import EVENT, parts
from registration.proof.room import CANCELLED, ENDED, OFFERED, SEATED, Room


def close(model: Model, hall: int) -> str:
    """Nobody registers any more; who waits still moves up."""
    if model.rooms[hall].is_off:
        return "not-now"
    model.rooms[hall].is_closed = True
    return "done"


def reopen(model: Model, hall: int) -> str:
    """People register again."""
    if model.rooms[hall].is_off:
        return "not-now"
    model.rooms[hall].is_closed = False
    return "done"


def cancel_event(model: Model, hall: int) -> str:
    """The event does not take place: everybody who holds or waits is told once, and all stands still."""
    room = model.rooms[hall]
    if room.is_off:
        return "not-now"
    room.is_off = True
    for key in {one.form.key for one in room.active}:
        model.mails[key, hall, "event_cancelled"] += 1
    return "done"


def merge(model: Model, hall: int, keep: str, drop: str, at: datetime) -> str:
    """Two registrations are the same people: one stays, the other ends and nobody is told of that."""
    kept, dropped = model.entry(keep, hall), model.entry(drop, hall)
    if kept is None or dropped is None:
        return "not-found"
    if kept is dropped or kept.state in ENDED:
        return "not-now"
    if dropped.state in ENDED:
        return "done"
    if dropped.state in (SEATED, OFFERED) and kept.state not in (SEATED, OFFERED):
        return "not-now"
    if dropped.inside:
        return "is-in"
    dropped.end(CANCELLED)
    model.promote(hall, at)
    return "done"


def change_line(model: Model, hall: int, line: Mapping[str, Any], at: datetime) -> str:
    """Seats go to whom other rules say from now on."""
    room = model.rooms[hall]
    cap, before = line["firm_cap"], room.firm_limit
    is_new, could_not = cap != room.plan.firm_cap, room.stuck()
    if is_new and cap is not None and _lacks_firm(room):
        return "refused"
    room.plan = replace(room.plan, **line)
    if is_new:
        for entry in room.active:
            room.meet(entry.present)
        for firm, limit in room.firms.items():
            if limit == before:
                room.firms[firm] = room.firm_limit
        model.tell_too_large(hall, could_not)
    model.promote(hall, at)
    return "done"


def _lacks_firm(room: Room) -> bool:
    """Say whether somebody who comes or waits named no firm."""
    return any(not parts(person)[2] for entry in room.active for person in entry.present)


def agree_with_firm(
    model: Model, hall: int, firm: str, agreed: tuple[int | None, int], until: datetime, at: datetime
) -> str:
    """A firm may send so many at most, and so many seats are kept for it for a while."""
    room, (cap, seats) = model.rooms[hall], agreed
    if cap is None and not seats and firm not in room.firms:
        return "refused"
    others = sum(kept for one, kept in room.allotted.items() if one != firm)
    if seats + others + room.reserve > room.wanted[EVENT] or (cap is not None and seats > cap):
        return "refused"
    before = room.stuck()
    room.allot(firm, cap, seats, until)
    model.tell_too_large(hall, before)
    model.promote(hall, at)
    return "done"


def release(model: Model, hall: int, firm: str, at: datetime) -> str:
    """What a firm has not used goes to everybody."""
    room = model.rooms[hall]
    if firm not in room.firms:
        return "not-found"
    room.allotted[firm] = 0
    model.promote(hall, at)
    return "done"
