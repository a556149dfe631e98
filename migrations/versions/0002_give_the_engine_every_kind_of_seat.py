"""Give the engine every kind of seat: sessions, firms, offers, holds, approval, the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ENDED = "state NOT IN ('cancelled', 'declined', 'expired', 'rejected')"


def upgrade() -> None:
    _add_tables()
    with op.batch_alter_table("queue") as queue:
        queue.add_column(sa.Column("waiting", sa.Integer(), nullable=False, server_default="0"))
        queue.add_column(sa.Column("promotion", sa.String(16), nullable=False, server_default="direct"))
        queue.add_column(sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="24"))
        queue.add_column(sa.Column("quiet_from", sa.Integer()))
        queue.add_column(sa.Column("quiet_until", sa.Integer()))
        queue.add_column(sa.Column("direct_hours", sa.Integer(), nullable=False, server_default="0"))
        queue.add_column(sa.Column("freezes_at", sa.DateTime(timezone=True)))
        queue.add_column(sa.Column("waitlist_limit", sa.Integer()))
        queue.add_column(sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
        queue.add_column(
            sa.Column("confirms_address", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        queue.add_column(sa.Column("hold_minutes", sa.Integer(), nullable=False, server_default="30"))
        queue.add_column(sa.Column("firm_cap", sa.Integer()))
        queue.add_column(sa.Column("firm_cap_by", sa.String(8), nullable=False, server_default="name"))
        queue.add_column(sa.Column("limits_firms", sa.Boolean(), nullable=False, server_default=sa.false()))
        queue.add_column(sa.Column("ledger_number", sa.Integer(), nullable=False, server_default="0"))
        queue.add_column(sa.Column("ledger_hash", sa.String(64), nullable=False, server_default=""))
        queue.add_column(
            sa.Column("publishes_ledger", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        queue.create_check_constraint(
            op.f("ck_queue_promotion_known"), "promotion IN ('direct', 'offer', 'manual')"
        )
        queue.create_check_constraint(op.f("ck_queue_firm_cap_by_known"), "firm_cap_by IN ('name', 'domain')")
        queue.create_check_constraint(op.f("ck_queue_waiting_not_negative"), "waiting >= 0")
    op.execute(
        "UPDATE queue SET waiting = (SELECT count(*) FROM registration"
        " WHERE registration.event_id = queue.event_id AND registration.state = 'waitlisted')"
    )
    _change_pools()
    _change_registrations()
    with op.batch_alter_table("booking") as booking:
        booking.add_column(sa.Column("verified_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("booking") as booking:
        booking.drop_column("verified_at")
    _change_registrations_back()
    _change_pools_back()
    with op.batch_alter_table("queue") as queue:
        for name in ("promotion_known", "firm_cap_by_known", "waiting_not_negative"):
            queue.drop_constraint(op.f(f"ck_queue_{name}"), type_="check")
        for name in (
            "waiting", "promotion", "offer_hours", "quiet_from", "quiet_until", "direct_hours", "freezes_at",
            "waitlist_limit", "needs_approval", "confirms_address", "hold_minutes", "firm_cap", "firm_cap_by",
            "limits_firms", "ledger_number", "ledger_hash", "publishes_ledger",
        ):  # fmt: skip
            queue.drop_column(name)
    op.drop_table("ledger_entry")
    op.drop_table("attendee_session")
    op.drop_table("session")


def _add_tables() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("hint", sa.String(300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_session_starts_before_end")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_session_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_session_event_id_name")),
    )
    op.create_table(
        "attendee_session",
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_attendee_session_attendee_id_attendee")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_attendee_session_session_id_session")
        ),
        sa.PrimaryKeyConstraint("attendee_id", "session_id", name=op.f("pk_attendee_session")),
    )
    op.create_index("ix_attendee_session_session_id", "attendee_session", ["session_id"])
    op.create_table(
        "ledger_entry",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledger_entry_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_hash", "ledger_entry", ["hash"])
    op.create_index("ix_ledger_entry_place", "ledger_entry", ["event_id", "place"])


def _change_pools() -> None:
    with op.batch_alter_table("pool") as pool:
        pool.add_column(sa.Column("key", sa.String(254), nullable=False, server_default=""))
        pool.add_column(sa.Column("label", sa.String(254), nullable=False, server_default=""))
        pool.add_column(sa.Column("seats", sa.Integer(), nullable=False, server_default="0"))
        pool.add_column(sa.Column("overbooking", sa.Integer(), nullable=False, server_default="0"))
        pool.add_column(
            sa.Column("overbooking_is_percent", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        pool.add_column(sa.Column("reserve", sa.Integer(), nullable=False, server_default="0"))
        pool.add_column(sa.Column("kept", sa.Integer(), nullable=False, server_default="0"))
        pool.add_column(sa.Column("allotted", sa.Integer(), nullable=False, server_default="0"))
        pool.add_column(sa.Column("release_at", sa.DateTime(timezone=True)))
        pool.drop_constraint(op.f("ck_pool_kind_known"), type_="check")
        pool.create_check_constraint(
            op.f("ck_pool_kind_known"), "kind IN ('event', 'category', 'session', 'firm')"
        )
        pool.create_check_constraint(op.f("ck_pool_seats_not_negative"), "seats >= 0 AND overbooking >= 0")
        pool.create_check_constraint(
            op.f("ck_pool_kept_not_negative"), "reserve >= 0 AND kept >= 0 AND allotted >= 0"
        )
        pool.drop_constraint(op.f("uq_pool_event_id_kind_subject_id"), type_="unique")
        pool.create_unique_constraint(
            op.f("uq_pool_event_id_kind_subject_id_key"), ["event_id", "kind", "subject_id", "key"]
        )
    op.execute("UPDATE pool SET seats = wanted")
    with op.batch_alter_table("pool") as pool:
        pool.alter_column("seats", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.create_index(
        "ix_pool_release_at",
        "pool",
        ["release_at"],
        sqlite_where=sa.text("allotted > 0"),
        postgresql_where=sa.text("allotted > 0"),
    )


def _change_pools_back() -> None:
    op.drop_index("ix_pool_release_at", "pool")
    op.execute(
        "DELETE FROM registration_pool WHERE pool_id IN"
        " (SELECT id FROM pool WHERE kind IN ('session', 'firm'))"
    )
    op.execute("DELETE FROM pool WHERE kind IN ('session', 'firm')")
    with op.batch_alter_table("pool") as pool:
        pool.drop_constraint(op.f("uq_pool_event_id_kind_subject_id_key"), type_="unique")
        for name in ("kind_known", "seats_not_negative", "kept_not_negative"):
            pool.drop_constraint(op.f(f"ck_pool_{name}"), type_="check")
        pool.create_check_constraint(op.f("ck_pool_kind_known"), "kind IN ('event', 'category')")
        pool.create_unique_constraint(
            op.f("uq_pool_event_id_kind_subject_id"), ["event_id", "kind", "subject_id"]
        )
        for name in (
            "key", "label", "seats", "overbooking", "overbooking_is_percent", "reserve", "kept", "allotted",
            "release_at",
        ):  # fmt: skip
            pool.drop_column(name)


def _change_registrations() -> None:
    _drop_indexes()
    with op.batch_alter_table("registration") as table:
        table.add_column(sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("kept_seats", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("seated_reason", sa.String(500)))
        table.add_column(sa.Column("receipt", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("replaces_id", sa.Integer()))
        table.create_foreign_key(
            op.f("fk_registration_replaces_id_registration"), "registration", ["replaces_id"], ["id"]
        )
        table.drop_constraint(op.f("uq_registration_event_id_place"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_registration_event_id_place_part"), ["event_id", "place", "part"]
        )
    _create_indexes(["booking_id", "event_id", "part"])
    for name, column, condition in (
        ("offer_expires_at", "offer_expires_at", "state = 'offered'"),
        ("hold_expires_at", "hold_expires_at", "state = 'unverified'"),
        ("replaces_id", "replaces_id", "replaces_id IS NOT NULL"),
    ):
        op.create_index(
            f"ix_registration_{name}",
            "registration",
            [column],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_index("ix_registration_receipt", "registration", ["receipt"])


def _change_registrations_back() -> None:
    for name in ("offer_expires_at", "hold_expires_at", "replaces_id", "receipt"):
        op.drop_index(f"ix_registration_{name}", "registration")
    _drop_indexes()
    with op.batch_alter_table("registration") as table:
        table.drop_constraint(op.f("uq_registration_event_id_place_part"), type_="unique")
        table.drop_constraint(op.f("fk_registration_replaces_id_registration"), type_="foreignkey")
        table.create_unique_constraint(op.f("uq_registration_event_id_place"), ["event_id", "place"])
        for name in ("part", "kept_seats", "seated_reason", "receipt", "replaces_id"):
            table.drop_column(name)
    _create_indexes(["booking_id", "event_id"])


def _drop_indexes() -> None:
    """Drop what a rebuilt table on SQLite would lose or get wrong: partial indexes."""
    op.drop_index("ix_registration_waiting", "registration")
    op.drop_index("uq_registration_active", "registration")


def _create_indexes(active: list[str]) -> None:
    op.create_index(
        "ix_registration_waiting",
        "registration",
        ["event_id", sa.text("priority DESC"), "place"],
        sqlite_where=sa.text("state = 'waitlisted'"),
        postgresql_where=sa.text("state = 'waitlisted'"),
    )
    op.create_index(
        "uq_registration_active",
        "registration",
        active,
        unique=True,
        sqlite_where=sa.text(_ENDED),
        postgresql_where=sa.text(_ENDED),
    )
