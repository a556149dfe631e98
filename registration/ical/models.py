"""What a feed is joined of: the bytes of each public entry, made once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class CalendarEntry(Model):
    """The VEVENT of one event for readers of one language.

    It is true while *revision* is the event's and *maker* is who would make it now. *changed_at* is
    its LAST-MODIFIED; *zone* is empty where its times name none; no *raw* means that it cannot be made.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (Index("ix_calendar_entry_changed_at", "changed_at"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int]
    maker: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    zone: Mapped[str] = mapped_column(String(64))
    first_year: Mapped[int]
    last_year: Mapped[int]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
