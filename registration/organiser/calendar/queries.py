"""A colleague's own feed: the events of her organisers with how full they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, selectinload

from registration.accounts.access import READ
from registration.accounts.models import Account, Membership
from registration.capability.services import TEAM, find, is_live
from registration.core import clock
from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.queries import MOST
from registration.events.rules import EventStatus
from registration.ical.entries import Entry
from registration.ical.queries import Scope, event_entry, refresh_hours
from registration.journal.models import JournalEntry
from registration.seats.models import Queue
from registration.seats.queries import Availability, availability


@dataclass(frozen=True)
class TeamCalendar:
    """What a token opens, and what changes whenever its feed does."""

    account_id: int
    is_live: bool
    facts: tuple[object, ...] = ()
    changed_at: datetime | None = None
    refresh_hours: int = 6


def team_calendar(session: Session, token: str) -> TeamCalendar | None:
    """Return what *token* opens, revoked ones included, or None; no entry is built.

    Whose account was closed is told that the address is gone.
    """
    capability = find(session, token, TEAM)
    if capability is None:
        return None
    account = session.get(Account, capability.subject_id)
    if not is_live(capability) or account is None or not account.active:
        return TeamCalendar(capability.subject_id, is_live=False)
    return _version(session, account.id)


def team_entries(session: Session, account_id: int, locale: str) -> list[Entry]:
    """Return the entries, drafts among them, each with its seats in the title."""
    events = session.scalars(
        select(Event)
        .where(_shown_to(account_id))
        .options(selectinload(Event.texts))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST)
    ).all()
    seats = availability(session, [event.id for event in events])
    changed = dict(_changes(session, account_id))
    return [_entry(event, seats.get(event.id), changed.get(event.id), locale) for event in reversed(events)]


def _entry(event: Event, seats: Availability | None, seats_at: datetime | None, locale: str) -> Entry:
    entry = event_entry(event, locale)
    title, told = entry.title, entry.description
    if seats is not None:
        title = f"{title} ({counts(seats)})"
        told = "\n\n".join(part for part in (_sentence(seats), told) if part)
    if event.status == EventStatus.DRAFT:
        title = _("Draft: %(title)s", title=title)
    return replace(
        entry,
        title=title,
        description=told,
        url=public_url(f"/organiser/events/{event.slug}/"),
        status="TENTATIVE" if event.status == EventStatus.DRAFT else entry.status,
        changed_at=_settled(max(event.changed_at, seats_at or event.changed_at)),
    )


def _settled(changed_at: datetime) -> datetime:
    """Return the second after *changed_at* once it is there: more may change within this one.

    Whoever read the entry meanwhile has the second itself, and takes the entry again.
    """
    whole = changed_at.replace(microsecond=0)
    return whole if clock.now() < whole + timedelta(seconds=1) else whole + timedelta(seconds=1)


def counts(seats: Availability) -> str:
    """Return the seats in short: "113/120, 5 waiting"."""
    filled = f"{seats.event.taken}/{seats.event.capacity}"
    if not seats.waiting:
        return filled
    waiting = ngettext("%(num)s waiting", "%(num)s waiting", seats.waiting)
    return f"{filled}, {waiting}"


def _sentence(seats: Availability) -> str:
    taken = _("%(taken)s of %(all)s seats taken", taken=seats.event.taken, all=seats.event.capacity)
    if not seats.waiting:
        return f"{taken}."
    waiting = ngettext("%(num)s party waiting", "%(num)s parties waiting", seats.waiting)
    return f"{taken}, {waiting}."


def _shown_to(account_id: int) -> ColumnElement[bool]:
    past, ahead = Scope().window()
    hers = select(Membership.organiser_id).where(
        Membership.account_id == account_id, Membership.role.in_(READ)
    )
    return Event.organiser_id.in_(hers) & (Event.ends_at > past) & (Event.starts_at < ahead)


def _last_note() -> ColumnElement[datetime]:
    """Return when something was last noted about the event: every change of its seats is."""
    return (
        select(JournalEntry.at)
        .where(JournalEntry.event_id == Event.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
        .correlate(Event)
        .scalar_subquery()
    )


def _changes(session: Session, account_id: int) -> Sequence[tuple[int, datetime]]:
    rows = session.execute(select(Event.id, _last_note()).where(_shown_to(account_id)))
    return [(row[0], row[1]) for row in rows if row[1] is not None]


def _version(session: Session, account_id: int) -> TeamCalendar:
    *sums, event_at, coming = session.execute(
        select(
            func.count(),
            func.sum(Event.id),
            func.sum(Event.revision),
            func.sum(Queue.step),
            func.max(Event.changed_at),
            func.min(case((Event.starts_at > clock.now(), Event.starts_at))),
        )
        .select_from(Event)
        .outerjoin(Queue, Queue.event_id == Event.id)
        .where(_shown_to(account_id))
    ).one()
    noted_at = max((at for _id, at in _changes(session, account_id)), default=None)
    changed_at = max((at for at in (event_at, noted_at) if at), default=None)
    facts = (*(int(told or 0) for told in sums), changed_at)
    return TeamCalendar(account_id, True, facts, changed_at, refresh_hours([coming] if coming else []))
