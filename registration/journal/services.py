"""Write to the journal, within the transaction of what is written about."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table, write_rows
from registration.journal.models import JournalEntry


@dataclass(frozen=True)
class Actor:
    """Who does something: an attendee by her link, a colleague of the organiser, or the system."""

    kind: str
    account_id: int | None = None


_RECORD = insert(table(JournalEntry))

ATTENDEE = Actor("attendee")
SYSTEM = Actor("system")


def organiser_actor(account_id: int) -> Actor:
    return Actor("organiser", account_id)


@dataclass(frozen=True)
class Note:
    """What the journal is told."""

    action: str
    organiser_id: int | None = None
    event_id: int | None = None
    registration_id: int | None = None
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    facts: dict[str, Any] | None = None


def record(session: Session, actor: Actor, *notes: Note) -> None:
    """Append *notes* in their order."""
    if not notes:
        return
    at = clock.now()
    rows = [
        {
            **vars(note),
            "facts": note.facts or {},
            "at": at,
            "actor": actor.kind,
            "account_id": actor.account_id,
        }
        for note in notes
    ]
    write_rows(session, _RECORD, rows)
