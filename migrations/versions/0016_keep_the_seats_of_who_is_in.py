"""Count with each registration how many of its people are in: who came in keeps the seat."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# What ended before there was this rule stays as it is.
_COUNT = """
UPDATE registration SET inside = (
    SELECT COUNT(*) FROM attendee a
    WHERE a.registration_id = registration.id AND a.removed_at IS NULL AND a.checked_in_at IS NOT NULL
)
WHERE state = 'confirmed' AND EXISTS (
    SELECT 1 FROM attendee a WHERE a.registration_id = registration.id AND a.checked_in_at IS NOT NULL
)
"""


def upgrade() -> None:
    op.add_column("registration", sa.Column("inside", sa.Integer(), server_default="0", nullable=False))
    op.execute(sa.text(_COUNT))


def downgrade() -> None:
    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_column("inside")
