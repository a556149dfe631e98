"""Ask once more whom silence is about to cost the seat."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reconfirmation", sa.Column("reminded_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("reconfirmation") as reconfirmation:
        reconfirmation.drop_column("reminded_at")
