"""Keep the bytes of every public entry: made once, when the event or the way to write it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.background_loop import each
from registration.core.database import db, table, write_rows
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.ical.feeds import FeedComponent, component_of
from registration.ical.models import CalendarEntry
from registration.ical.queries import event_entry, events_by_id, maker
from registration.web.locale import LOCALES, babel_name

# About a twentieth of a second of making; a full house of old entries must not keep mail waiting.
BATCH = 60

_event, _entry = table(Event), table(CalendarEntry)
_STALE = (
    select(_event.c.id, _entry.c.revision, _entry.c.raw, _entry.c.changed_at)
    .select_from(
        _event.outerjoin(
            _entry, (_entry.c.event_id == _event.c.id) & (_entry.c.locale == bindparam("locale"))
        )
    )
    .where(
        _event.c.status != EventStatus.DRAFT,
        _entry.c.revision.is_(None)
        | (_entry.c.revision != _event.c.calendar_revision)
        | (_entry.c.maker != bindparam("maker")),
    )
    # What is coming is asked for most.
    .order_by(_event.c.ends_at.desc(), _event.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class _Known:
    """What is stored of an event, if anything is."""

    revision: int | None
    raw: bytes | None
    changed_at: datetime | None


def store_entries(most: int = BATCH) -> int:
    """Make and store about *most* entries that are missing or no longer true; return how many."""
    total = 0
    while total < most:
        # Each language of a few events, then the next few: where an event has words in one language
        # only, its entry is the same in all and is made once.
        made = sum(_store(locale, min(BATCH, most - total)) for locale in LOCALES)
        db.session.rollback()
        total += made
        if not made:
            break
    return total


def _store(locale: str, most: int) -> int:
    session = db.session()
    by = maker()
    rows = session.connection().execute(_STALE, {"locale": locale, "maker": by, "most": most})
    known = {row.id: _Known(row.revision, row.raw, row.changed_at) for row in rows}
    events = {event.id: event for event in events_by_id(session, sorted(known))}
    made: list[dict[str, Any]] = []

    def make(event_id: int) -> int:
        made.append(_row(events[event_id], locale, by, known[event_id]))
        return 1

    with force_locale(babel_name(locale)):
        # Made before the transaction: nobody who registers waits for it. One by one: an event that cannot
        # be shown keeps no other from being shown.
        each(make, list(events), f"calendar entry in {locale} of event")
    if made:
        write_tx(lambda writing: _write(writing, made))
    return len(made)


def _row(event: Event, locale: str, by: str, known: _Known) -> dict[str, Any]:
    entry = event_entry(event, locale)
    part = component_of(entry)
    changed_at = entry.changed_at
    if known.revision == event.calendar_revision and known.changed_at is not None:
        # The event is as it was: only the way to write it is new, or the address of this installation.
        changed_at = known.changed_at
        part = component_of(replace(entry, changed_at=changed_at))
        if part.raw != known.raw:
            changed_at = max(clock.now(), changed_at + timedelta(seconds=1))
            part = component_of(replace(entry, changed_at=changed_at))
    return _values(part) | {
        "event_id": event.id,
        "locale": locale,
        "revision": event.calendar_revision,
        "maker": by,
        "changed_at": changed_at,
    }


def _values(part: FeedComponent) -> dict[str, Any]:
    return {
        "raw": part.raw,
        "zone": part.zone,
        "first_year": part.first_year,
        "last_year": part.last_year,
    }


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = insert(_entry)
    news = {column.name: made.excluded[column.name] for column in _entry.c if not column.primary_key}
    # Two workers may make the same entry: the one that saw the newer event stays.
    statement = made.on_conflict_do_update(
        index_elements=[_entry.c.event_id, _entry.c.locale],
        set_=news,
        where=_entry.c.revision <= made.excluded.revision,
    )
    write_rows(session, statement, rows)
