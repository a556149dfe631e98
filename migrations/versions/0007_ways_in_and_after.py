"""Let events be unlisted, by code or by invitation; ask who still comes; keep papers as files."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults let the previous release go on adding events, categories and papers.
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("visibility", sa.String(16), nullable=False, server_default="public"))
        batch_op.add_column(
            sa.Column("by_invitation", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("access_code", sa.String(60), nullable=False, server_default=""))
        batch_op.create_check_constraint(
            op.f("ck_event_visibility_known"), "visibility IN ('public', 'unlisted')"
        )
    with op.batch_alter_table("category") as batch_op:
        batch_op.add_column(sa.Column("access_code", sa.String(60), nullable=False, server_default=""))
    with op.batch_alter_table("material") as batch_op:
        batch_op.add_column(sa.Column("audience", sa.String(16), nullable=False, server_default="all"))
        batch_op.create_check_constraint(
            op.f("ck_material_audience_known"), "audience IN ('all', 'attendees')"
        )
    op.create_table(
        "material_file",
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_file_material_id_material")
        ),
        sa.PrimaryKeyConstraint("material_id", name=op.f("pk_material_file")),
    )
    _create_invitations()
    _create_reconfirmations()


def _create_invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_normal", sa.String(254), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("guests >= 0 AND guests <= 100", name=op.f("ck_invitation_guests_in_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invitation_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("event_id", "email_normal", name=op.f("uq_invitation_event_id_email_normal")),
    )
    with op.batch_alter_table("booking") as batch_op:
        batch_op.add_column(sa.Column("invitation_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_booking_invitation_id_invitation"), "invitation", ["invitation_id"], ["id"]
        )
        batch_op.create_index("ix_booking_invitation_id", ["invitation_id"])


def _create_reconfirmations() -> None:
    op.create_table(
        "reconfirmation_plan",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("asks_days", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("frees_seat", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer_days >= 0 AND answer_days < asks_days AND asks_days <= 365",
            name=op.f("ck_reconfirmation_plan_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_reconfirmation_plan_event_id_event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reconfirmation_plan")),
    )
    op.create_table(
        "reconfirmation",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frees_seat", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(8), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('yes', 'no', 'silence')", name=op.f("ck_reconfirmation_answer_known")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_reconfirmation_answered_once")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_reconfirmation_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_reconfirmation")),
    )
    with op.batch_alter_table("reconfirmation") as batch_op:
        batch_op.create_index(
            "ix_reconfirmation_open",
            ["deadline_at"],
            sqlite_where=sa.text("answer IS NULL"),
            postgresql_where=sa.text("answer IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("reconfirmation")
    op.drop_table("reconfirmation_plan")
    with op.batch_alter_table("booking") as batch_op:
        batch_op.drop_index("ix_booking_invitation_id")
        batch_op.drop_constraint(op.f("fk_booking_invitation_id_invitation"), type_="foreignkey")
        batch_op.drop_column("invitation_id")
    op.execute("DELETE FROM capability WHERE purpose = 'invitation'")
    op.drop_table("invitation")
    op.drop_table("material_file")
    # The previous release would show to everybody what was for attendees, and links that are none.
    op.execute("DELETE FROM material WHERE audience = 'attendees' OR url = ''")
    with op.batch_alter_table("material") as batch_op:
        batch_op.drop_constraint(op.f("ck_material_audience_known"), type_="check")
        batch_op.drop_column("audience")
    with op.batch_alter_table("category") as batch_op:
        batch_op.drop_column("access_code")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(op.f("ck_event_visibility_known"), type_="check")
        for name in ("access_code", "by_invitation", "visibility"):
            batch_op.drop_column(name)
