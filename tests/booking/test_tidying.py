"""Once an hour the worker tidies up; SQLite is told how its tables have grown."""

from datetime import timedelta

from sqlalchemy import text

from registration.booking.tidying import tidy
from registration.core import clock
from registration.core.database import db
from tests.factories import make_event, register


def known() -> int:
    """Return of how many tables SQLite has statistics."""
    with db.engine.connect() as connection:
        if not connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")):
            return 0
        return connection.scalar(text("SELECT count(DISTINCT tbl) FROM sqlite_stat1")) or 0


def test_sqlite_knows_its_tables_after_an_hour_at_most(page_app):
    event = make_event()
    tidy()
    assert known() > 0
    before = known()
    register(event, "Ada")
    tidy()
    assert known() == before
    later = clock.now() + timedelta(hours=1)
    with clock.running(lambda: later):
        tidy()
    assert known() > before
