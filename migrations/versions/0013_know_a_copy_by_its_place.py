"""Note in which database the outbox is, so that a dump put back sends no mail twice."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_place",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_place")),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbox_place_one")),
    )


def downgrade() -> None:
    op.drop_table("outbox_place")
