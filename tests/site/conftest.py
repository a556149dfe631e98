"""How many questions a page asks the database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from registration.core.database import db


@pytest.fixture
def asked(page_app: Flask) -> Iterator[list[str]]:
    """Every SELECT that was sent since the test began; clear it to begin anew."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
