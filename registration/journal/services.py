"""Write to the journal, within the transaction of what is written about."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table, write_rows
from registration.journal.models import JournalEntry
from registration.journal.reasons import Reason


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
    """What the journal is told. *reason* is what a person wrote, or a Reason of the program's own."""

    action: str
    organiser_id: int | None = None
    event_id: int | None = None
    registration_id: int | None = None
    before: str | None = None
    after: str | None = None
    reason: Reason | str | None = None
    facts: dict[str, Any] | None = None


def record(session: Session, actor: Actor, *notes: Note) -> None:
    """Append *notes* in their order."""
    if not notes:
        return
    at = clock.now()
    rows = [
        {
            **vars(note),
            **_kept(note),
            "at": at,
            "actor": actor.kind,
            "account_id": actor.account_id,
        }
        for note in notes
    ]
    write_rows(session, _RECORD, rows)


def _kept(note: Note) -> dict[str, Any]:
    facts = note.facts or {}
    if isinstance(note.reason, Reason):
        return {"reason": None, "facts": {**facts, "reason": note.reason.stored()}}
    return {"reason": note.reason, "facts": facts}
