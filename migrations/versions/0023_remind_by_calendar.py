"""Let an organiser say when calendars ring, and what stands in them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("alarm_minutes", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("calendar_note", sa.String(500), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("event") as event:
        event.drop_column("calendar_note")
        event.drop_column("alarm_minutes")
