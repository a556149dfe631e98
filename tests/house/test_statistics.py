"""SQLite's planner chooses the same good index, whatever is in the tables and however they were made."""

import re

import pytest
from sqlalchemy import Connection, select

from registration.booking.models import Booking
from registration.cli.database import bring_schema_up
from registration.core.database import db
from registration.mail.models import OutgoingMessage
from registration.schema.statistics import know_tables
from registration.schema.tables import TABLES
from registration.seats import rules
from registration.seats.models import Registration

BY_BOOKING = select(Registration.part).where(Registration.booking_id == 1, Registration.event_id == 1)
BY_ADDRESS = (
    select(Registration.id)
    .join(Booking, Booking.id == Registration.booking_id)
    .where(Booking.email_normal == "ada@example.org", Booking.organiser_id == 1, Registration.event_id == 1)
)
MAILS_OF_ONE = select(OutgoingMessage.id).where(
    OutgoingMessage.booking_id == 1, OutgoingMessage.organiser_id == 1, OutgoingMessage.event_id == 1
)
OFFERS = (
    select(Registration.event_id)
    .where(Registration.state == rules.OFFERED, Registration.offer_expires_at <= "2026-12-11")
    .order_by(Registration.event_id)
)
WANTED = {
    "by booking": (BY_BOOKING, {"uq_registration_active", "ix_registration_booking_id"}),
    "by address": (BY_ADDRESS, {"ix_booking_email_normal", "ix_registration_booking_id"}),
    "mails": (MAILS_OF_ONE, {"ix_outgoing_message_booking_id"}),
    "offers": (OFFERS, {"ix_registration_offer_expires_at"}),
}


def made_anew(connection: Connection, event_first: bool) -> None:
    """Make all indexes again, those that begin with the event or the organiser first or last."""
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).all()

    def rank(index) -> bool:
        return bool(re.search(r"\((event_id|organiser_id)", index.sql)) != event_first

    for index in sorted(found, key=rank):
        connection.exec_driver_sql(f"DROP INDEX {index.name}")
        connection.exec_driver_sql(index.sql)


def indexes(connection: Connection, query) -> set[str]:
    """Return the indexes that SQLite goes by."""
    compiled = query.compile(connection)
    values = tuple(compiled.params[name] for name in compiled.positiontup)
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
    plan = "\n".join(row.detail for row in rows)
    assert "SCAN" not in plan, plan
    return set(re.findall(r"INDEX (\w+)", plan))


def writing() -> Connection:
    return db.engine.execution_options(tx="write").connect()


def lines(connection: Connection) -> set[tuple[str, str | None, str]]:
    return {tuple(row) for row in connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")}


@pytest.mark.parametrize("event_first", [True, False])
@pytest.mark.parametrize("name", WANTED)
def test_it_goes_by_what_few_rows_share(page_app, name, event_first):
    query, wanted = WANTED[name]
    with writing() as connection, connection.begin():
        made_anew(connection, event_first)
        know_tables(connection)
        assert indexes(connection, query) <= wanted


def test_without_what_it_is_told_the_order_of_the_indexes_decides(page_app):
    with writing() as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        connection.exec_driver_sql("ANALYZE sqlite_schema")
        chosen = []
        for event_first in (True, False):
            made_anew(connection, event_first)
            chosen.append(indexes(connection, BY_BOOKING))
    assert chosen[0] != chosen[1]


def test_it_is_told_of_every_table(page_app):
    with db.engine.connect() as connection:
        assert {table.name for table in TABLES} <= {line[0] for line in lines(connection)}


def test_what_somebody_measured_gives_way_at_the_next_start(page_app):
    with db.engine.connect() as connection:
        ours = lines(connection)
    with writing() as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
        assert lines(connection) != ours
    bring_schema_up()
    with db.engine.connect() as connection:
        assert lines(connection) == ours
