"""What SQLite's planner is told of the tables: the same on every database, whatever is in it now.

Without statistics it takes any index that fits as good as any other, and which it takes hangs on the
order in which they were made: it walked an event's registrations to find those of one booking.
Statistics that ANALYZE took are no better where the next event is not like those before it.
PostgreSQL looks at its tables all the time. (https://www.sqlite.org/lang_analyze.html, section 5)
"""

from collections.abc import Iterator

from sqlalchemy import Connection

_ROWS, _ROWS_OF_FEW = 1_000_000, 2_000
_FEW = {
    "account",
    "calendar_entry",
    "category",
    "event",
    "event_mail",
    "event_text",
    "mail_text",
    "mailing",
    "material",
    "material_file",
    "membership",
    "organiser",
    "outbox_place",
    "pool",
    "programme",
    "programme_event",
    "question",
    "queue",
    "reconfirmation_plan",
    "session",
    "signed_in",
    "waiting_need",
}
# How many rows of a large table share one value of a column; of any other column it is a handful.
_SHARED = {
    "organiser_id": 20_000,
    "event_id": 2_000,
    "account_id": 1_000,
    "category_id": 1_000,
    "mailing_id": 1_000,
    "pool_id": 1_000,
    "question_id": 1_000,
    "session_id": 1_000,
    "state": 500,
}
_A_HANDFUL = 4

_Line = tuple[str, str | None, str]


def knows_tables(connection: Connection) -> bool:
    """Say whether what the planner counts with is ours; PostgreSQL needs none."""
    if connection.dialect.name != "sqlite":
        return True
    is_there = connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").scalar()
    if not is_there:
        return False
    found = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")
    return {tuple(line) for line in found} == set(_lines(connection))


def know_tables(connection: Connection) -> None:
    """Write into SQLite what its planner counts with, if it is not there yet."""
    if knows_tables(connection):
        return
    # It makes the table of statistics, which nobody else may, and the second time reads it.
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    lines = list(_lines(connection))
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", lines)
    connection.exec_driver_sql("ANALYZE sqlite_schema")


def _lines(connection: Connection) -> Iterator[_Line]:
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    for table in connection.exec_driver_sql(tables).scalars().all():
        rows = _ROWS_OF_FEW if table in _FEW else _ROWS
        yield table, None, str(rows)
        for index in connection.exec_driver_sql(f'PRAGMA index_list("{table}")').mappings().all():
            columns = connection.exec_driver_sql(f'PRAGMA index_info("{index["name"]}")').mappings()
            names = [column["name"] for column in columns]
            yield (
                table,
                index["name"],
                _stat(rows // 10 if index["partial"] else rows, names, index["unique"]),
            )


def _stat(rows: int, columns: list[str], is_unique: bool) -> str:
    """Return the rows of an index, and how many share its first column, its first two, and so on."""
    line = [rows]
    for column in columns:
        shared = _A_HANDFUL if rows <= _ROWS_OF_FEW else _SHARED.get(column, _A_HANDFUL)
        line.append(min(shared, max(1, line[-1] // 2)))
    if is_unique:
        line[-1] = 1
    return " ".join(map(str, line))
