"""Keep the bytes of calendar entries, and what an organiser's mails carry for the calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_entry",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("maker", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_calendar_entry_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "locale", name=op.f("pk_calendar_entry")),
    )
    op.create_index("ix_calendar_entry_changed_at", "calendar_entry", ["changed_at"])
    op.create_table(
        "personal_feed",
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_personal_feed_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("organiser_id", "address_hash", name=op.f("pk_personal_feed")),
    )
    # In one statement: for a constraint of its own SQLite would rebuild the table, against its foreign keys.
    op.execute(
        "ALTER TABLE organiser ADD COLUMN calendar_mail VARCHAR(16) DEFAULT 'invitation' NOT NULL "
        "CONSTRAINT ck_organiser_calendar_mail_known "
        "CHECK (calendar_mail IN ('invitation', 'attachment', 'none'))"
    )


def downgrade() -> None:
    op.drop_column("organiser", "calendar_mail")
    op.drop_table("personal_feed")
    op.drop_table("calendar_entry")
