"""Match firms without legal form, points and blanks: "DUPONT S.A." is "Dupont SA"."""

import sqlalchemy as sa
from alembic import op

from registration.core.text import fold
from registration.seats.firm_keys import renew_firm_keys

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_firm_keys(op.get_bind())


def downgrade() -> None:
    """Match by the folded name again; limits that were merged stay one."""
    connection = op.get_bind()
    firms = sa.text(
        "SELECT pool.id, pool.label FROM pool JOIN queue ON queue.event_id = pool.event_id"
        " WHERE pool.kind = 'firm' AND queue.firm_cap_by = 'name'"
    )
    for row in connection.execute(firms).all():
        values = {"id": row.id, "key": fold(row.label)[:254]}
        connection.execute(sa.text("UPDATE pool SET key = :key WHERE id = :id"), values)
    for row in connection.execute(sa.text("SELECT id, firm FROM coordinator")).all():
        values = {"id": row.id, "key": fold(row.firm)[:200]}
        connection.execute(sa.text("UPDATE coordinator SET firm_folded = :key WHERE id = :id"), values)
