"""Tell what became of each mail; let organisers write their own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('pending', 'sending', 'sent', 'failed', 'superseded')"
_AFTER = "state IN ('pending', 'sending', 'sent', 'failed', 'superseded', 'bounced')"


def upgrade() -> None:
    _create_mailing()
    with op.batch_alter_table("outgoing_message") as mail:
        mail.drop_constraint(op.f("ck_outgoing_message_state_known"), type_="check")
        mail.create_check_constraint(op.f("ck_outgoing_message_state_known"), _AFTER)
        mail.add_column(sa.Column("retried_at", sa.DateTime(timezone=True)))
        mail.add_column(sa.Column("mailing_id", sa.Integer()))
        mail.create_foreign_key(
            op.f("fk_outgoing_message_mailing_id_mailing"), "mailing", ["mailing_id"], ["id"]
        )
        mail.create_index(op.f("ix_outgoing_message_mailing_id"), ["mailing_id"])
    op.add_column("booking", sa.Column("bounces", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("booking", sa.Column("unreachable_at", sa.DateTime(timezone=True)))
    op.add_column("booking", sa.Column("unsubscribed_at", sa.DateTime(timezone=True)))
    _create_choices()


def downgrade() -> None:
    op.drop_table("mail_text")
    op.drop_table("event_mail")
    with op.batch_alter_table("booking") as booking:
        booking.drop_column("unsubscribed_at")
        booking.drop_column("unreachable_at")
        booking.drop_column("bounces")
    op.execute("UPDATE outgoing_message SET state = 'failed' WHERE state = 'bounced'")
    with op.batch_alter_table("outgoing_message") as mail:
        mail.drop_index(op.f("ix_outgoing_message_mailing_id"))
        mail.drop_constraint(op.f("fk_outgoing_message_mailing_id_mailing"), type_="foreignkey")
        mail.drop_column("mailing_id")
        mail.drop_column("retried_at")
        mail.drop_constraint(op.f("ck_outgoing_message_state_known"), type_="check")
        mail.create_check_constraint(op.f("ck_outgoing_message_state_known"), _BEFORE)
    op.drop_table("mailing")


def _create_mailing() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'queueing', 'queued', 'stopped')", name=op.f("ck_mailing_state_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mailing_account_id_account")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mailing_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    op.create_index(op.f("ix_mailing_event_id"), "mailing", ["event_id"])
    op.create_index(op.f("ix_mailing_account_id"), "mailing", ["account_id"])


def _create_choices() -> None:
    op.create_table(
        "event_mail",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reminder_days", sa.Integer()),
        sa.Column("reminded_for", sa.DateTime(timezone=True)),
        sa.Column("attaches_ticket", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reminder_days BETWEEN 0 AND 60", name=op.f("ck_event_mail_days_in_range")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_mail_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_mail")),
    )
    op.create_table(
        "mail_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_mail_text_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_text")),
        sa.UniqueConstraint(
            "organiser_id", "kind", "locale", name=op.f("uq_mail_text_organiser_id_kind_locale")
        ),
    )
