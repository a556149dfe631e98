"""Mail that is decided, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class MailState(StrEnum):
    """What became of a mail."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    BOUNCED = "bounced"


PENDING, SENDING, SENT = MailState.PENDING, MailState.SENDING, MailState.SENT
FAILED, SUPERSEDED, BOUNCED = MailState.FAILED, MailState.SUPERSEDED, MailState.BOUNCED
# What is still to be sent, as the index of it says: SQLite uses that for these very words alone.
IS_OPEN = text("state IN ('pending', 'sending')")
# What failed for a reason of ours, said in the same way.
FAILED_HERE = text("failed_here")


class OutgoingMessage(Model):
    """One mail of the outbox.

    It is rendered when it is sent, from what is true then. *message_id* is made with the row, so a
    mail that is sent twice after a crash is the same mail.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'superseded', 'bounced')", name="state_known"
        ),
        Index(
            "ix_outgoing_message_due",
            "due_at",
            "id",
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_outgoing_message_failed_here",
            "id",
            sqlite_where=FAILED_HERE,
            postgresql_where=FAILED_HERE,
        ),
        Index("ix_outgoing_message_registration_id", "registration_id"),
        Index("ix_outgoing_message_event_id_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    # String keys: mail stands below the features whose news it carries.
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), index=True)
    # Whom it is for, where that is not the contact: an attendee with an address of her own.
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id"))
    locale: Mapped[str] = mapped_column(String(16))
    to_name: Mapped[str] = mapped_column(String(200))
    to_email: Mapped[str] = mapped_column(String(254))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=PENDING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    # When the organiser asked to try a failed one again: the two days count anew from then.
    retried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(300))
    # It is failed, and no server of the recipient's had a part in that.
    failed_here: Mapped[bool] = mapped_column(default=False, server_default=false())


class Delivery(Model):
    """One try to hand a mail over, and its outcome."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outgoing_message.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(300), default="")


class OutboxPlace(Model):
    """In which database the outbox was when mail last left it: the one row tells a copy from it."""

    __tablename__ = "outbox_place"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(120))


class MailText(Model):
    """An organiser's own words for a kind of mail in one language, with flat placeholders."""

    __tablename__ = "mail_text"
    __table_args__ = (UniqueConstraint("organiser_id", "kind", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    kind: Mapped[str] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
