"""Give each choice of a question an identity, so that words and order may change."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_question = sa.table(
    "question",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("choices", sa.JSON),
    sa.column("choice_ids", sa.JSON),
    sa.column("translations", sa.JSON),
    sa.column("when_question_id", sa.Integer),
    sa.column("when_answer", sa.String),
)
_answer = sa.table(
    "answer",
    sa.column("id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("value", sa.Text),
)


def upgrade() -> None:
    op.add_column("question", sa.Column("choice_ids", sa.JSON(), server_default="[]", nullable=False))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_question)).all():
        if not row.choices:
            continue
        # What answers and conditions hold already: the words of each choice as they are now.
        told = {code: _by_id(row.choices, words) for code, words in (row.translations or {}).items()}
        connection.execute(
            _question.update()
            .where(_question.c.id == row.id)
            .values(choice_ids=list(row.choices), translations=told)
        )


def downgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_question)).all():
        if not row.choices:
            continue
        labels = dict(zip(row.choice_ids, row.choices, strict=True))
        told = {code: _by_place(labels, words) for code, words in (row.translations or {}).items()}
        connection.execute(_question.update().where(_question.c.id == row.id).values(translations=told))
        renamed = {one: label for one, label in labels.items() if one != label}
        if renamed:
            _say(connection, row.id, renamed)
    with op.batch_alter_table("question") as question:
        question.drop_column("choice_ids")


def _by_id(choices: list[str], words: dict[str, Any]) -> dict[str, Any]:
    said = words.get("choices")
    if not isinstance(said, list):
        return words
    return words | {"choices": dict(zip(choices, said, strict=False))}


def _by_place(labels: dict[str, str], words: dict[str, Any]) -> dict[str, Any]:
    said = words.get("choices")
    if not isinstance(said, dict):
        return words
    return words | {"choices": [said.get(one) or label for one, label in labels.items()]}


def _say(connection: sa.Connection, question_id: int, renamed: dict[str, str]) -> None:
    """Let answers and conditions hold the words, as they did before."""
    query = sa.select(_answer).where(_answer.c.question_id == question_id)
    for row in connection.execute(query).all():
        value = "\n".join(renamed.get(one, one) for one in row.value.split("\n"))
        connection.execute(_answer.update().where(_answer.c.id == row.id).values(value=value))
    for one, label in renamed.items():
        connection.execute(
            _question.update()
            .where(_question.c.when_question_id == question_id, _question.c.when_answer == one)
            .values(when_answer=label)
        )
