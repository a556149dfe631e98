"""What is asked of whom, and what was answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class ReconfirmationPlan(Model):
    """When an event asks who still comes: *asks_days* before it, to be answered *answer_days* before it."""

    __tablename__ = "reconfirmation_plan"
    __table_args__ = (
        CheckConstraint(
            "answer_days >= 0 AND answer_days < asks_days AND asks_days <= 365", name="days_in_order"
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    asks_days: Mapped[int]
    answer_days: Mapped[int]
    frees_seat: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reconfirmation(Model):
    """What one registration was asked, and its answer.

    The deadline, and what silence means, are kept as they were told: a plan that is changed later
    takes nobody's time away.
    """

    __tablename__ = "reconfirmation"
    __table_args__ = (
        CheckConstraint("answer IN ('yes', 'no', 'silence')", name="answer_known"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_once"),
        Index(
            "ix_reconfirmation_open",
            "deadline_at",
            sqlite_where=text("answer IS NULL"),
            postgresql_where=text("answer IS NULL"),
        ),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frees_seat: Mapped[bool]
    answer: Mapped[str | None] = mapped_column(String(8))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When she was asked once more, since silence would cost the seat.
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
