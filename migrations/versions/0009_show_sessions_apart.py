"""Keep whether sessions are calendar entries of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("booking", "personal_feed")


def upgrade() -> None:
    for name in _TABLES:
        op.add_column(name, sa.Column("sessions_turned", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(name, sa.Column("sessions_turned_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("sessions_turned_at")
            table.drop_column("sessions_turned")
