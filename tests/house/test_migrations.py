"""The schema comes from migrations alone, up and down, and is what the models say."""

import warnings

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from registration.core.database import db
from registration.mail.models import OutgoingMessage
from registration.schema.migrations import current_revision, is_known, migrate, newest_revision
from registration.schema.tables import TABLES
from tests import factories


def test_the_migrated_schema_is_what_the_models_say(app):
    with db.engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot tell what an index over an expression is.
        warnings.simplefilter("ignore", UserWarning)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            difference
            for difference in compare_metadata(context, db.Model.metadata)
            # An index over an expression cannot be read back: its own test is below.
            if "ix_registration_waiting" not in repr(difference)
        ]
    assert differences == []


def test_the_waitlist_is_read_by_its_index(app):
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            sql = "SELECT sql FROM sqlite_master WHERE name = 'ix_registration_waiting'"
        else:
            sql = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_registration_waiting'"
        made = connection.exec_driver_sql(sql).scalar_one()
    assert "priority DESC" in made
    assert "waitlisted" in made


def test_down_to_nothing_and_up_again(app):
    migrate(db.engine, "base")
    with db.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        assert current_revision(connection) is None
    migrate(db.engine)
    with db.engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        assert current_revision(connection) == newest_revision()
    assert {table.name for table in TABLES} <= names


def test_an_unknown_revision_is_not_ours():
    assert is_known(newest_revision())
    assert not is_known("from-the-future")


def columns(table: str) -> set[str]:
    return {column["name"] for column in inspect(db.engine).get_columns(table)}


def test_mails_that_failed_for_a_reason_of_ours_are_known_from_their_reason(app, make_event):
    reasons = {
        "The mail's parts do not fit together; it was not sent.": True,
        "This mail could not be written (KeyError).": True,
        "The mail server cannot be reached: no answer": True,
        "The mail server refused the mail: 550 unknown": False,
        "The address is not one that mail can be sent to; correct it.": False,
    }
    event = make_event(capacity=9)
    for number in range(len(reasons)):
        factories.register(event, f"Ada {number}", email=f"ada{number}@example.org")
    rows = db.session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    for row, reason in zip(rows, reasons, strict=True):
        row.state, row.last_error = "failed", reason
    db.session.commit()
    while "failed_here" in columns("outgoing_message"):
        migrate(db.engine, "-1")
    migrate(db.engine)
    query = select(OutgoingMessage.last_error, OutgoingMessage.failed_here)
    with db.engine.connect() as connection:
        assert {row.last_error: row.failed_here for row in connection.execute(query)} == reasons
