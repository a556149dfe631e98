"""The queue, its pools, and who claims what of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime
from registration.seats.rules import ENDED, STATES

_STATES = ", ".join(f"'{state}'" for state in STATES)
_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDED))


class Queue(Model):
    """The gate of one event. Whoever changes seats locks this row first.

    *step* counts the changes under the gate; *is_draining* says that a promotion was cut short and
    goes on, so that nobody joining meanwhile is let past.
    """

    __tablename__ = "queue"
    __table_args__ = (CheckConstraint("policy IN ('first_fit', 'strict')", name="policy_known"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    next_place: Mapped[int] = mapped_column(default=1)
    step: Mapped[int] = mapped_column(default=0)
    policy: Mapped[str] = mapped_column(String(16), default="first_fit")
    is_draining: Mapped[bool] = mapped_column(default=False)


class Pool(Model):
    """One limit: of the event, or of a category (*subject_id* is the category's id).

    *wanted* is what the organiser asks; *capacity* is what holds, never below what is taken.
    """

    __tablename__ = "pool"
    __table_args__ = (
        UniqueConstraint("event_id", "kind", "subject_id"),
        CheckConstraint("kind IN ('event', 'category')", name="kind_known"),
        CheckConstraint("wanted >= 0 AND wanted <= 1000000", name="wanted_in_range"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="never_oversold"),
        CheckConstraint(
            "capacity = CASE WHEN wanted > taken THEN wanted ELSE taken END",
            name="capacity_follows_wanted",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(String(16))
    # 0 for the event's own pool: a NULL would escape the unique constraint.
    subject_id: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[int]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)


class Registration(Model):
    """One booking's claim on one event, for *size* attendees who stay together.

    *needs_step* is the gate's step at which its needs last changed, *seated_step* the one at which
    it got its seats: together they tell who was let past whom.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "place"),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("size > 0", name="size_positive"),
        Index(
            "ix_registration_waiting",
            "event_id",
            text("priority DESC"),
            "place",
            sqlite_where=text("state = 'waitlisted'"),
            postgresql_where=text("state = 'waitlisted'"),
        ),
        Index(
            "uq_registration_active",
            "booking_id",
            "event_id",
            unique=True,
            sqlite_where=text(f"state NOT IN ({_ENDED})"),
            postgresql_where=text(f"state NOT IN ({_ENDED})"),
        ),
        Index("ix_registration_event_id_seated_step", "event_id", "seated_step"),
        Index("ix_registration_booking_id", "booking_id"),
        Index("ix_registration_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    # A string key: the engine stands below the booking and knows nobody in it.
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    place: Mapped[int]
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int] = mapped_column(default=0)
    needs_step: Mapped[int]
    seated_step: Mapped[int | None]
    hold_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RegistrationPool(Model):
    """How many seats a registration needs of a pool."""

    __tablename__ = "registration_pool"
    __table_args__ = (
        CheckConstraint("need > 0", name="need_positive"),
        Index("ix_registration_pool_pool_id", "pool_id"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"), primary_key=True)
    need: Mapped[int]
