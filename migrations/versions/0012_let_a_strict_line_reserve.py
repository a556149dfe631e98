"""Let those who wait in a strict line reserve what they need, instead of stopping everybody behind them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Who needs more of a limit than there is can never fit, and reserves nothing.
_SUMS = """
INSERT INTO waiting_need (pool_id, priority, need)
SELECT rp.pool_id, r.priority, SUM(rp.need)
FROM registration r
JOIN queue q ON q.event_id = r.event_id
JOIN registration_pool rp ON rp.registration_id = r.id
WHERE q.policy = 'strict' AND r.state = 'waitlisted' AND NOT EXISTS (
    SELECT 1 FROM registration_pool x JOIN pool p ON p.id = x.pool_id
    WHERE x.registration_id = r.id AND x.need > p.wanted
)
GROUP BY rp.pool_id, r.priority
"""


def upgrade() -> None:
    op.create_table(
        "waiting_need",
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_waiting_need_pool_id_pool")),
        sa.PrimaryKeyConstraint("pool_id", "priority", name=op.f("pk_waiting_need")),
    )
    op.add_column("pool", sa.Column("told_wanted", sa.Integer(), nullable=True))
    op.add_column("pool", sa.Column("told_kept", sa.Integer(), nullable=True))
    op.drop_index("ix_registration_pool_pool_id", table_name="registration_pool")
    op.create_index("ix_registration_pool_pool_id", "registration_pool", ["pool_id", "need"])
    op.execute(sa.text(_SUMS))
    # Who delays nobody is seated now: the worker goes on with each line, and nobody is let past meanwhile.
    op.execute(sa.text("UPDATE queue SET is_draining = true WHERE policy = 'strict' AND waiting > 0"))


def downgrade() -> None:
    op.drop_index("ix_registration_pool_pool_id", table_name="registration_pool")
    op.create_index("ix_registration_pool_pool_id", "registration_pool", ["pool_id"])
    with op.batch_alter_table("pool") as batch_op:
        batch_op.drop_column("told_kept")
        batch_op.drop_column("told_wanted")
    op.drop_table("waiting_need")
