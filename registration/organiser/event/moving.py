"""Let what hangs on an event's time move with it, within the transaction that moves the event."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import ngettext
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from registration.booking.models import Handover
from registration.capability.models import Capability
from registration.capability.services import HANDOVER
from registration.core import clock
from registration.core.refusal import Refusal
from registration.events.models import Category, Event, EventSession
from registration.events.services import Facts
from registration.reconfirm.models import Reconfirmation
from registration.reconfirm.rules import SHORTEST
from registration.seats.gate import Gate
from registration.seats.models import Pool, Queue, Registration


@dataclass(frozen=True)
class Shift:
    """How the clock on the wall of an event moves: by *span*, from one zone into another.

    The clock and not the moment: a session at 11:00 stays at 11:00 where the event moves over the end
    of summer time, and where only its zone is corrected.
    """

    span: timedelta
    old: ZoneInfo
    new: ZoneInfo

    def of(self, at: datetime) -> datetime:
        """Return *at* as far from the event as it was."""
        local = at.astimezone(self.old)
        moved = local.replace(tzinfo=None) + self.span
        return moved.replace(tzinfo=self.new, fold=local.fold).astimezone(UTC)

    def ahead(self, at: datetime | None) -> datetime | None:
        """Return *at* moved, where it is still to come: what has opened or closed stays so."""
        return at if at is None or at <= clock.now() else self.of(at)


def shift_of(event: Event, facts: Facts) -> Shift | None:
    """Return how *facts* move the clock of *event*, or None where start and zone stay."""
    if (event.starts_at, event.time_zone) == (facts.starts_at, facts.time_zone):
        return None
    old, new = ZoneInfo(event.time_zone), ZoneInfo(facts.time_zone)
    return Shift(_local(facts.starts_at, new) - _local(event.starts_at, old), old, new)


def following(event: Event, facts: Facts, shift: Shift) -> Facts:
    """Return *facts* with opening and closing moved too, where the form left them as they were."""
    moved: dict[str, Any] = {}
    for name in ("opens_at", "closes_at"):
        stored, typed = getattr(event, name), getattr(facts, name)
        is_left = stored is not None and typed is not None
        if is_left and _local(stored, shift.old) == _local(typed, shift.new) and stored > clock.now():
            moved[name] = shift.of(stored)
    return replace(facts, **moved)


def follow(session: Session, gate: Gate, event: Event, shift: Shift) -> None:
    """Move sessions, categories and every date that is still to come; *event* has its new times."""
    for part in session.scalars(select(EventSession).where(EventSession.event_id == event.id)):
        part.starts_at, part.ends_at = shift.of(part.starts_at), shift.of(part.ends_at)
    for category in session.scalars(select(Category).where(Category.event_id == event.id)):
        category.opens_at = shift.ahead(category.opens_at)
        category.closes_at = shift.ahead(category.closes_at)
    gate.freezes_at = shift.ahead(gate.freezes_at)
    session.execute(update(Queue).where(Queue.event_id == event.id).values(freezes_at=gate.freezes_at))
    kept = select(Pool).where(Pool.event_id == event.id, Pool.release_at.is_not(None))
    for pool in session.scalars(kept.execution_options(populate_existing=True)):
        pool.release_at = shift.ahead(pool.release_at)
    _move_deadlines(session, event, shift)
    session.flush()


def keep_links(session: Session, event: Event) -> None:
    """Let the links that end with *event* end with its new end."""
    asked = (
        select(Handover.id)
        .join(Registration, Registration.id == Handover.registration_id)
        .where(Registration.event_id == event.id, Handover.state == "open")
    )
    session.execute(
        update(Capability)
        .where(Capability.purpose == HANDOVER, Capability.subject_id.in_(asked))
        .values(expires_at=event.ends_at),
        execution_options={"synchronize_session": False},
    )


def left_outside(event: Event) -> Select[int]:
    """Return the query of the sessions that are not within *event*."""
    is_out = (EventSession.starts_at < event.starts_at) | (EventSession.ends_at > event.ends_at)
    return select(EventSession.id).where(EventSession.event_id == event.id, is_out)


def check_within(session: Session, event: Event, before: set[int]) -> None:
    """Raise Refusal where a session would lie outside of its event that did not, as its own form does."""
    lost = set(session.scalars(left_outside(event))) - before
    if lost:
        raise Refusal(
            ngettext(
                "%(num)s session would lie outside the event. Move the session first.",
                "%(num)s sessions would lie outside the event. Move the sessions first.",
                len(lost),
            ),
            field="ends_at",
        )


def _move_deadlines(session: Session, event: Event, shift: Shift) -> None:
    """Move until when those answer who were asked whether they still come.

    They were asked about another date: nobody has less time than a question of now would give.
    """
    asked = (
        select(Reconfirmation)
        .join(Registration, Registration.id == Reconfirmation.registration_id)
        .where(Registration.event_id == event.id, Reconfirmation.answer.is_(None))
    )
    for one in session.scalars(asked):
        if one.deadline_at > clock.now():
            one.deadline_at = min(max(shift.of(one.deadline_at), clock.now() + SHORTEST), event.starts_at)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
