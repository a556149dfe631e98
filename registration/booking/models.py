"""Who booked, for whom, and what they answered."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class Invitation(Model):
    """One person invited to one event, with up to *guests* others.

    Whether she said yes is not kept here: the booking carries its invitation, so the two can never
    disagree.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("guests >= 0 AND guests <= 100", name="guests_in_range"),
        UniqueConstraint("event_id", "email_normal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(254))
    email_normal: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(16))
    guests: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Booking(Model):
    """What one contact submitted with one form.

    *submit_key* makes the same form sent twice one booking; *body_hash* tells a repeat from
    another form under the same key. Both are hashes.
    """

    __tablename__ = "booking"
    __table_args__ = (Index("ix_booking_email_normal", "email_normal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    email_normal: Mapped[str] = mapped_column(String(254))
    firm: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(16))
    submit_key: Mapped[str] = mapped_column(String(64), unique=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    # Reports that the address does not exist; enough of them and it is marked, which frees no seat.
    bounces: Mapped[int] = mapped_column(default=0, server_default="0")
    unreachable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the link in a mail to this address was used.
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often the wish about sessions in its calendar changed: odd means entries of their own.
    sessions_turned: Mapped[int] = mapped_column(default=0, server_default="0")
    sessions_turned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attendee(Model):
    """One named person of a registration. Who gave the seat back stays, with *removed_at*."""

    __tablename__ = "attendee"
    __table_args__ = (
        UniqueConstraint("registration_id", "rank"),
        Index("ix_attendee_category_id", "category_id"),
        Index(
            "ix_attendee_email_normal",
            "email_normal",
            sqlite_where=text("email_normal != ''"),
            postgresql_where=text("email_normal != ''"),
        ),
        Index(
            "ix_attendee_present",
            "registration_id",
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254), default="")
    email_normal: Mapped[str] = mapped_column(String(254), default="", server_default="")
    firm: Mapped[str] = mapped_column(String(200), default="")
    # Name, address and firm without case and accents, since no database folds them all.
    searchable: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When she ended reminders and messages to her own address.
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttendeeSession(Model):
    """A session that an attendee picked."""

    __tablename__ = "attendee_session"
    __table_args__ = (Index("ix_attendee_session_session_id", "session_id"),)

    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)


class Answer(Model):
    """What an attendee answered to a question."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attendee_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    value: Mapped[str] = mapped_column(Text)


class Upload(Model):
    """A file that answers a question, under a name of our own.

    It lies here and not in a folder, since several web servers share the database alone and a backup
    takes all. *value* is what the answer says; a file that no answer names is deleted after a while.
    """

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    value: Mapped[str] = mapped_column(String(300), unique=True)
    content_type: Mapped[str] = mapped_column(String(100))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Model):
    """What the contact agreed to, in the words that were shown."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("booking_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    purpose: Mapped[str] = mapped_column(String(32))
    wording: Mapped[str] = mapped_column(String(1000))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EventMail(Model):
    """What the organiser chose for the mails of an event; without a row nothing is chosen.

    *reminded_for* is the start of the event for which the reminders went out: a later date reminds anew.
    """

    __tablename__ = "event_mail"
    __table_args__ = (CheckConstraint("reminder_days BETWEEN 0 AND 60", name="days_in_range"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    reminder_days: Mapped[int | None]
    reminded_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attaches_ticket: Mapped[bool] = mapped_column(default=False)


class PersonalFeed(Model):
    """How often the feed of one address at one organiser was given a new token; no row is never.

    The wish about sessions is kept as that of a booking is. The address stands here as a hash: nobody
    can be found by this table, and none stays behind in it.
    """

    __tablename__ = "personal_feed"

    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    generation: Mapped[int]
    sessions_turned: Mapped[int] = mapped_column(default=0, server_default="0")
    sessions_turned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AddressChange(Model):
    """An address that a booking's contact gave and has not confirmed yet."""

    __tablename__ = "address_change"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Handover(Model):
    """A seat that somebody is asked to take over; until she does, it stays with who has it.

    *booking_id* is the booking it was handed on from, *wording* what the new person agreed to. A
    seat that moved to a booking of her own has *moved_sequence*: the calendar sequence that takes it
    out of the old contact's calendar.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'taken', 'refused', 'withdrawn')", name="state_known"),
        Index(
            "uq_handover_open",
            "attendee_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_handover_registration_id", "registration_id"),
        Index("ix_handover_booking_id", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    old_name: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    firm: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16), default="open")
    wording: Mapped[str] = mapped_column(String(1000), default="")
    moved_sequence: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
