"""Write that registrations changed: their rows, the ledger and the journal, all in one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.among import among
from registration.core.database import table, write_rows
from registration.journal.reasons import Reason
from registration.journal.services import Actor, Note, record
from registration.seats import ledger, rules
from registration.seats.gate import Gate
from registration.seats.models import Registration

_registration = table(Registration)
_KEEP = (
    update(_registration)
    .where(_registration.c.id == bindparam("holder"))
    .values(kept_seats=bindparam("count"))
)


@dataclass(frozen=True)
class Change:
    """A registration went from one state to another. *before* is None when it joined."""

    registration_id: int
    booking_id: int
    event_id: int
    before: str | None
    after: str


@dataclass(frozen=True)
class Held:
    """A registration under the lock, with what it needs of which pool."""

    id: int
    booking_id: int
    place: int
    part: int
    size: int
    state: str
    priority: int
    is_seated: bool
    needs: Mapping[int, int]
    inside: int = 0


def set_states(  # noqa: PLR0913 - one step with all that may change in it
    session: Session,
    gate: Gate,
    found: Sequence[Held],
    after: str,
    actor: Actor,
    reason: Reason | str | None = None,
    *,
    seats: Mapping[int, int] | None = None,
    by_hand: bool = False,
    asks_now: bool = False,
    offer_expires_at: datetime | None = None,
) -> list[Change]:
    """Put *found* into the state *after*. Raises ForbiddenArrow.

    *seats* says that they got their seats now, and how many of each one's were kept for it; *by_hand*
    that the organiser gave them, *asks_now* that what they need counts as asked for now.
    """
    if not found:
        return []
    for one in found:
        rules.check_arrow(one.state, after)
    # What the organiser wrote: the ledger shows it to everybody.
    written = reason if by_hand and isinstance(reason, str) else None
    values: dict[str, Any] = {
        "state": after,
        "changed_at": clock.now(),
        "calendar_sequence": Registration.calendar_sequence + 1,
        "offer_expires_at": offer_expires_at,
        "hold_expires_at": None,
    }
    if seats is not None:
        values["seated_step"] = gate.step
    if by_hand:
        values["seated_reason"] = written
    if asks_now:
        values["needs_step"] = gate.step
    session.execute(
        update(Registration).where(among(Registration.id, [one.id for one in found])).values(**values),
        execution_options={"synchronize_session": False},
    )
    kept = {one: count for one, count in (seats or {}).items() if count}
    write_rows(session, _KEEP, [{"holder": one, "count": count} for one, count in kept.items()])
    for one in found:
        comes = (after == rules.WAITLISTED) - (one.state == rules.WAITLISTED)
        if comes:
            gate.waiting += comes
            gate.count_waiting(one.needs, one.priority, comes)
    ledger.append(session, gate, [_told(one, after, written, kept.get(one.id, 0)) for one in found])
    changes = [Change(one.id, one.booking_id, gate.event_id, one.state, after) for one in found]
    note_changes(session, actor, changes, reason)
    return changes


def note_changes(
    session: Session, actor: Actor, changes: Sequence[Change], reason: Reason | str | None
) -> None:
    """Write changes of state into the journal."""
    notes = [
        Note(
            "state",
            event_id=change.event_id,
            registration_id=change.registration_id,
            before=change.before,
            after=change.after,
            reason=reason,
        )
        for change in changes
    ]
    record(session, actor, *notes)


def note_changed_size(session: Session, actor: Actor, event_id: int, one: Held, size: int) -> None:
    """Write a change of what a registration is for into the journal."""
    action = "changed" if size == one.size else "shrunk" if size < one.size else "grown"
    facts = {"from": one.size, "to": size}
    record(session, actor, Note(action, event_id=event_id, registration_id=one.id, facts=facts))


def _told(one: Held, after: str, reason: str | None, kept: int) -> ledger.Line:
    needs = ledger.with_kept(one.needs, kept)
    return ledger.Line(
        ledger.STATE, one.place, one.part, one.size, one.priority, needs, one.state, after, reason or ""
    )
