"""Count apart the edits of an event that calendars show: to everybody, and to those who are registered."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = ("calendar", "seat")


def upgrade() -> None:
    for kind in _KINDS:
        op.add_column(
            "event", sa.Column(f"{kind}_revision", sa.Integer(), server_default="0", nullable=False)
        )
        op.add_column("event", sa.Column(f"{kind}_changed_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column("event", sa.Column(f"{kind}_mark", sa.String(16), server_default="", nullable=False))
    # Where they stand now: a SEQUENCE never goes down, and what is stored stays true.
    op.execute(
        sa.text(
            "UPDATE event SET calendar_revision = revision, calendar_changed_at = changed_at, "
            "seat_revision = revision, seat_changed_at = changed_at"
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("event") as event:
        for kind in _KINDS:
            for name in ("mark", "changed_at", "revision"):
                event.drop_column(f"{kind}_{name}")
