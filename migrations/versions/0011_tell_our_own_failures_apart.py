"""Tell mails that failed for a reason of ours from those that a recipient's server refused."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# How the reasons began that were the recipient's address or server, in every release before this one.
_THEIRS = (
    "The mail server refused the mail:",
    "The mail server asks to try later:",
    "The address is not one that mail can be sent to",
    "The part of the address before the @",
)


def upgrade() -> None:
    op.add_column(
        "outgoing_message",
        sa.Column("failed_here", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    mail = sa.table(
        "outgoing_message",
        sa.column("state", sa.String),
        sa.column("last_error", sa.String),
        sa.column("failed_here", sa.Boolean),
    )
    is_theirs = sa.or_(*(mail.c.last_error.startswith(one, autoescape=True) for one in _THEIRS))
    op.execute(
        mail.update()
        .where(mail.c.state == "failed", mail.c.last_error.is_not(None), sa.not_(is_theirs))
        .values(failed_here=True)
    )
    op.create_index(
        "ix_outgoing_message_failed_here",
        "outgoing_message",
        ["id"],
        sqlite_where=sa.text("failed_here"),
        postgresql_where=sa.text("failed_here"),
    )


def downgrade() -> None:
    op.drop_index("ix_outgoing_message_failed_here", "outgoing_message")
    with op.batch_alter_table("outgoing_message") as mail:
        mail.drop_column("failed_here")
