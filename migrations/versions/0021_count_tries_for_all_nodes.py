"""Count tries, mails, forms and bytes in the database, for all nodes together."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spending")),
    )
    op.create_index("ix_spending_ends_at", "spending", ["ends_at"])


def downgrade() -> None:
    op.drop_index("ix_spending_ends_at", "spending")
    op.drop_table("spending")
