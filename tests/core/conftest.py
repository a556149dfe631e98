"""The application with a table of the tests' own."""

import pytest
from flask import Flask

from tests.core.arranging import make_scratch


@pytest.fixture
def scratch(app: Flask) -> str:
    """Return the name of the database's dialect, the table being there."""
    make_scratch()
    return app.config["DATABASE_URL"].split(":")[0].split("+")[0]
