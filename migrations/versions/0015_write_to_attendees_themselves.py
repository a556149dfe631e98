"""Write to attendees who gave an address of their own."""

import sqlalchemy as sa
from alembic import op
from email_validator import EmailNotValidError, validate_email

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attendee", sa.Column("email_normal", sa.String(254), server_default="", nullable=False))
    op.add_column("attendee", sa.Column("unsubscribed_at", sa.DateTime(timezone=True)))
    _fill()
    op.create_index(
        "ix_attendee_email_normal",
        "attendee",
        ["email_normal"],
        sqlite_where=sa.text("email_normal != ''"),
        postgresql_where=sa.text("email_normal != ''"),
    )
    with op.batch_alter_table("outgoing_message") as mail:
        mail.add_column(sa.Column("attendee_id", sa.Integer()))
        mail.create_foreign_key(
            op.f("fk_outgoing_message_attendee_id_attendee"), "attendee", ["attendee_id"], ["id"]
        )


def _fill() -> None:
    """Write the form that look-ups use; an address that is none any more stays without."""
    attendee = sa.table(
        "attendee",
        sa.column("id", sa.Integer),
        sa.column("email", sa.String),
        sa.column("email_normal", sa.String),
    )
    connection = op.get_bind()
    after = 0
    while rows := connection.execute(
        sa.select(attendee.c.id, attendee.c.email)
        .where(attendee.c.id > after, attendee.c.email != "")
        .order_by(attendee.c.id)
        .limit(1000)
    ).all():
        after = rows[-1].id
        filled = [{"key": row.id, "normal": normal} for row in rows if (normal := _normal(row.email))]
        if filled:
            connection.execute(
                attendee.update()
                .where(attendee.c.id == sa.bindparam("key"))
                .values(email_normal=sa.bindparam("normal")),
                filled,
            )


def _normal(email: str) -> str:
    try:
        checked = validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return ""
    return f"{checked.local_part.casefold()}@{(checked.ascii_domain or checked.domain).lower()}"


def downgrade() -> None:
    with op.batch_alter_table("outgoing_message") as mail:
        mail.drop_constraint(op.f("fk_outgoing_message_attendee_id_attendee"), type_="foreignkey")
        mail.drop_column("attendee_id")
    op.drop_index("ix_attendee_email_normal", "attendee")
    with op.batch_alter_table("attendee") as attendee:
        attendee.drop_column("unsubscribed_at")
        attendee.drop_column("email_normal")
