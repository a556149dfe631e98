"""The queue, its pools, and who claims what of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
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
    __table_args__ = (
        CheckConstraint("policy IN ('first_fit', 'strict')", name="policy_known"),
        CheckConstraint("promotion IN ('direct', 'offer', 'manual')", name="promotion_known"),
        CheckConstraint("firm_cap_by IN ('name', 'domain')", name="firm_cap_by_known"),
        CheckConstraint("waiting >= 0", name="waiting_not_negative"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    next_place: Mapped[int] = mapped_column(default=1)
    step: Mapped[int] = mapped_column(default=0)
    policy: Mapped[str] = mapped_column(String(16), default="first_fit")
    is_draining: Mapped[bool] = mapped_column(default=False)
    # How many registrations wait; kept with the gate, so that nobody has to count them.
    waiting: Mapped[int] = mapped_column(default=0, server_default="0")
    promotion: Mapped[str] = mapped_column(String(16), default="direct", server_default="direct")
    offer_hours: Mapped[int] = mapped_column(default=24, server_default="24")
    # Local hours in which an offer's time stands still.
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    # In the last hours before the event seats go directly, without an offer.
    direct_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    # After this nobody is promoted by itself.
    freezes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waitlist_limit: Mapped[int | None]
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    confirms_address: Mapped[bool] = mapped_column(default=False, server_default=false())
    hold_minutes: Mapped[int] = mapped_column(default=30, server_default="30")
    # At most so many from one firm, told apart by *firm_cap_by*; *limits_firms*: some firm has a limit.
    firm_cap: Mapped[int | None]
    firm_cap_by: Mapped[str] = mapped_column(String(8), default="name", server_default="name")
    limits_firms: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The end of the event's ledger (seats/ledger.py).
    ledger_number: Mapped[int] = mapped_column(default=0, server_default="0")
    ledger_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    publishes_ledger: Mapped[bool] = mapped_column(default=False, server_default=false())


class Pool(Model):
    """One limit: of the event, a category or a session (*subject_id* is its id), or a firm (*key*).

    *seats* is what there is, *overbooking* what the organiser plans beyond it; together they make
    *wanted*. *capacity* is what holds, never below what is taken. The event's pool has a *reserve*
    that the organiser gives by hand, and *kept*: the reserve and what firms have left of what is
    *allotted* to them until *release_at*.
    """

    __tablename__ = "pool"
    __table_args__ = (
        UniqueConstraint("event_id", "kind", "subject_id", "key"),
        CheckConstraint("kind IN ('event', 'category', 'session', 'firm')", name="kind_known"),
        CheckConstraint("seats >= 0 AND overbooking >= 0", name="seats_not_negative"),
        CheckConstraint("reserve >= 0 AND kept >= 0 AND allotted >= 0", name="kept_not_negative"),
        CheckConstraint("wanted >= 0 AND wanted <= 1000000", name="wanted_in_range"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="never_oversold"),
        CheckConstraint(
            "capacity = CASE WHEN wanted > taken THEN wanted ELSE taken END",
            name="capacity_follows_wanted",
        ),
        Index(
            "ix_pool_release_at",
            "release_at",
            sqlite_where=text("allotted > 0"),
            postgresql_where=text("allotted > 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(String(16))
    # 0 for the event's own pool: a NULL would escape the unique constraint.
    subject_id: Mapped[int] = mapped_column(default=0)
    # A firm as it is matched (folded name or mail domain), and as people write it; empty elsewhere.
    key: Mapped[str] = mapped_column(String(254), default="", server_default="")
    label: Mapped[str] = mapped_column(String(254), default="", server_default="")
    seats: Mapped[int]
    overbooking: Mapped[int] = mapped_column(default=0, server_default="0")
    overbooking_is_percent: Mapped[bool] = mapped_column(default=False, server_default=false())
    wanted: Mapped[int]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    reserve: Mapped[int] = mapped_column(default=0, server_default="0")
    kept: Mapped[int] = mapped_column(default=0, server_default="0")
    allotted: Mapped[int] = mapped_column(default=0, server_default="0")
    release_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the ledger was told of *wanted*, and of the reserve or what is allotted (seats/ledger.py).
    told_wanted: Mapped[int | None]
    told_kept: Mapped[int | None]


class Registration(Model):
    """One booking's claim on one event, for *size* attendees who stay together.

    A party that comes "as many as fit" has several *part*s at one place. *needs_step* is the gate's
    step at which its needs last changed, *seated_step* the one at which it got its seats: together
    they tell who was let past whom. *kept_seats* of its seats were kept for its firm or in the
    organiser's reserve, so nobody else waited for them. *seated_reason* is why the organiser seated
    it out of turn. *receipt* is the hash of its first entry in the event's ledger. *replaces_id* is
    the registration for another event that is given back once this one is certain.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "place", "part"),
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
            "part",
            unique=True,
            sqlite_where=text(f"state NOT IN ({_ENDED})"),
            postgresql_where=text(f"state NOT IN ({_ENDED})"),
        ),
        Index("ix_registration_event_id_seated_step", "event_id", "seated_step"),
        Index("ix_registration_booking_id", "booking_id"),
        Index(
            "ix_registration_offer_expires_at",
            "offer_expires_at",
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
        Index(
            "ix_registration_hold_expires_at",
            "hold_expires_at",
            sqlite_where=text("state = 'unverified'"),
            postgresql_where=text("state = 'unverified'"),
        ),
        Index(
            "ix_registration_replaces_id",
            "replaces_id",
            sqlite_where=text("replaces_id IS NOT NULL"),
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
        Index("ix_registration_receipt", "receipt"),
        Index("ix_registration_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    # A string key: the engine stands below the booking and knows nobody in it.
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    place: Mapped[int]
    part: Mapped[int] = mapped_column(default=0, server_default="0")
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int] = mapped_column(default=0)
    needs_step: Mapped[int]
    seated_step: Mapped[int | None]
    kept_seats: Mapped[int] = mapped_column(default=0, server_default="0")
    seated_reason: Mapped[str | None] = mapped_column(String(500))
    # How many of its people are in at the door: who is in keeps the seat (seats/attendance.py).
    inside: Mapped[int] = mapped_column(default=0, server_default="0")
    receipt: Mapped[str] = mapped_column(String(64), default="", server_default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
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
        # With the need: who can never fit any more is found without walking the line.
        Index("ix_registration_pool_pool_id", "pool_id", "need"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"), primary_key=True)
    need: Mapped[int]


class WaitingNeed(Model):
    """What those who wait in a strict line need of a pool in all, by their priority.

    Those who can never fit are not in it: they reserve nothing. Lines that are walked by first_fit have none.
    """

    __tablename__ = "waiting_need"

    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"), primary_key=True)
    priority: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    need: Mapped[int]


class LedgerEntry(Model):
    """One line of an event's ledger: what became of a place, and no person.

    *needs* are by pool id. *hash* is over the line and the hash before it, so that no line can be
    changed, left out or put in later without showing (seats/ledger.py).
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ix_ledger_entry_hash", "hash"),
        Index("ix_ledger_entry_place", "event_id", "place"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[int]
    part: Mapped[int]
    size: Mapped[int]
    priority: Mapped[int]
    needs: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    hash: Mapped[str] = mapped_column(String(64))
