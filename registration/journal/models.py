"""The journal's one table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class JournalEntry(Model):
    """One thing that happened. It names no person: only keys, states and numbers."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_registration_id_id", "registration_id", "id"),
        Index("ix_journal_event_id_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # String keys: the journal stands below the features whose rows it names.
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    actor: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(32))
    before: Mapped[str | None] = mapped_column(String(32))
    after: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(500))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
