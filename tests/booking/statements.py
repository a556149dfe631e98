"""Count what the application asks its database."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event as events

from registration.core.database import db


def statements(act: Callable[[], object]) -> list[str]:
    """Return the statements that the application runs while *act* does, transactions left out."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        ran.append(statement)

    events.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        events.remove(db.engine, "before_cursor_execute", note)
    return [one for one in ran if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"))]
