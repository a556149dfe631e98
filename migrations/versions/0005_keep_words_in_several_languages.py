"""Keep the words of programmes, categories, sessions and questions in several languages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WORDED = ("programme", "category", "session", "question")


def upgrade() -> None:
    for name in _WORDED:
        # With a default of the database's own: the previous release goes on adding rows.
        op.add_column(name, sa.Column("translations", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for name in _WORDED:
        with op.batch_alter_table(name) as table:
            table.drop_column("translations")
