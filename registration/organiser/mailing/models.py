"""What an organiser sends to many."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime

DRAFT = "draft"
QUEUEING = "queueing"
QUEUED = "queued"
STOPPED = "stopped"


class Mailing(Model):
    """A message of the organiser to the people that *filters* leave.

    The worker puts it into the outbox in batches; *last_id* is the last registration that was served.
    The filters are forgotten when all is queued or stopped, since a search may name a person.
    """

    __tablename__ = "mailing"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'queueing', 'queued', 'stopped')", name="state_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), default=DRAFT)
    total: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
