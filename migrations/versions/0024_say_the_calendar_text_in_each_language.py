"""Keep the organiser's text for calendars in each language of the event."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_text", sa.Column("calendar_note", sa.String(500), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("event_text") as text:
        text.drop_column("calendar_note")
