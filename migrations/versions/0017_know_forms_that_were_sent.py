"""Know forms that were sent, so that the same one sent again does nothing twice."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("try_id", sa.String(length=32), nullable=False),
        sa.Column("location", sa.String(length=4000), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sent_form")),
    )
    op.create_index("ix_sent_form_created_at", "sent_form", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_sent_form_created_at", "sent_form")
    op.drop_table("sent_form")
