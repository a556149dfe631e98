"""What calendars show of an event, as short marks: an edit that none of them shows moves no entry."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.models import Category, Event, EventSession, EventText

# Columns of an event that its public entry shows, and that only the entries of those registered show.
PUBLIC_FACTS = (
    "status",
    "starts_at",
    "ends_at",
    "time_zone",
    "all_day",
    "venue",
    "street",
    "city",
    "latitude",
    "longitude",
    "locale",
    "sequence",
)
SEAT_FACTS = ("online_url", "alarm_minutes", "calendar_note")


def marks(session: Session, event: Event) -> tuple[str, str]:
    """Return a mark of what everybody's entry of *event* shows, and one of what those of its people do.

    What was written in *session* must be flushed.
    """
    texts = session.execute(
        select(EventText.locale, EventText.title, EventText.summary)
        .where(EventText.event_id == event.id)
        .order_by(EventText.locale)
    ).all()
    public = _mark(*(getattr(event, name) for name in PUBLIC_FACTS), *map(tuple, texts))
    notes = session.execute(
        select(EventText.locale, EventText.calendar_note)
        .where(EventText.event_id == event.id, EventText.calendar_note != "")
        .order_by(EventText.locale)
    ).all()
    sessions = session.execute(
        select(
            EventSession.id,
            EventSession.name,
            EventSession.hint,
            EventSession.starts_at,
            EventSession.ends_at,
            EventSession.translations,
        )
        .where(EventSession.event_id == event.id)
        .order_by(EventSession.id)
    ).all()
    # Who waits reads which limits count: they have the names of categories.
    categories = session.execute(
        select(Category.id, Category.name, Category.translations)
        .where(Category.event_id == event.id)
        .order_by(Category.id)
    ).all()
    seats = (getattr(event, name) for name in SEAT_FACTS)
    return public, _mark(public, *seats, *map(tuple, sessions), *map(tuple, categories), *map(tuple, notes))


def _mark(*values: Any) -> str:
    told = json.dumps(values, default=_told, sort_keys=True)
    return hashlib.blake2s(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _told(value: Any) -> str:
    # The same moment reads the same, in whatever zone it was typed.
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
