"""Ask more kinds of questions, take files, and let an event ask for another of its programme."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = "'text', 'long', 'number', 'choice', 'choices', 'date', 'consent', 'yes', 'file'"


def upgrade() -> None:
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_question_kind_known"), f"kind IN ({_KINDS})")
        # The defaults let the previous release go on adding questions.
        batch_op.add_column(sa.Column("scope", sa.String(16), nullable=False, server_default="attendee"))
        batch_op.add_column(sa.Column("category_ids", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("when_question_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("when_answer", sa.String(300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("purpose", sa.String(300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("retention", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_question_scope_known"), "scope IN ('attendee', 'booking')")
        batch_op.create_foreign_key(
            op.f("fk_question_when_question_id_question"), "question", ["when_question_id"], ["id"]
        )
    with op.batch_alter_table("programme_event") as batch_op:
        batch_op.add_column(sa.Column("requires_event_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_programme_event_requires_event_id_event"), "event", ["requires_event_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_programme_event_requires_another"), "requires_event_id <> event_id"
        )
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(300), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_upload_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("value", name=op.f("uq_upload_value")),
    )
    with op.batch_alter_table("upload") as batch_op:
        batch_op.create_index("ix_upload_created_at", ["created_at"])


def downgrade() -> None:
    op.drop_table("upload")
    with op.batch_alter_table("programme_event") as batch_op:
        batch_op.drop_constraint(op.f("ck_programme_event_requires_another"), type_="check")
        batch_op.drop_constraint(op.f("fk_programme_event_requires_event_id_event"), type_="foreignkey")
        batch_op.drop_column("requires_event_id")
    # What the previous release cannot ask becomes a line of text, so that no answer is lost.
    op.execute("UPDATE question SET kind = 'text' WHERE kind IN ('number', 'choices', 'date', 'file')")
    op.execute("UPDATE question SET kind = 'yes' WHERE kind = 'consent'")
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("fk_question_when_question_id_question"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_question_scope_known"), type_="check")
        for name in (
            "archived_at",
            "retention",
            "purpose",
            "when_answer",
            "when_question_id",
            "category_ids",
            "scope",
        ):
            batch_op.drop_column(name)
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_question_kind_known"), "kind IN ('text', 'long', 'choice', 'yes')"
        )
