"""Run the migrations with the application's own engine or connection.

It never calls fileConfig: that would silence the application's loggers.
"""

from alembic import context
from sqlalchemy import Connection

from registration.core.database import Model, UtcDateTime
from registration.schema.tables import TABLES

assert TABLES  # imported, so that every table is known


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write UtcDateTime as what it is in the database, so that old migrations need no code of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
