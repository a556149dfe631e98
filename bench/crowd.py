"""Fill a database with registrations by bulk SQL, as registering would have left them."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from registration.core import clock
from registration.core.database import db
from registration.seats import rules
from tests import factories


@dataclass(frozen=True)
class Crowd:
    """*seated* confirmed and *waiting* registrations of one person each, in each of *events* events."""

    events: int
    seated: int
    waiting: int

    @property
    def each(self) -> int:
        return self.seated + self.waiting


# One row for each number i; event, place and state follow from it.
_PLACE = "(i - :first) % :each + 1"
_EVENT = "(SELECT id FROM crowd_event WHERE rank = (i - :first) / :each)"
_POOL = "(SELECT pool FROM crowd_event WHERE rank = (i - :first) / :each)"
_STATE = f"CASE WHEN {_PLACE} <= :seated THEN 'confirmed' ELSE 'waitlisted' END"
Copies = tuple[tuple[str, str, str], ...]
BOOKINGS = (
    "booking",
    "id, organiser_id, name, email, email_normal, firm, locale, submit_key, body_hash, created_at",
    "i, :organiser, 'Ada', 'a' || i || '@example.org', 'a' || i || '@example.org', '', 'en',"
    " 'k' || i, 'h', :at",
)
ATTENDEES = (
    "attendee",
    "id, registration_id, rank, name, email, firm, searchable, code",
    "i, i, 0, 'Ada', '', '', 'ada', 'c' || i",
)
_COPIES: Copies = (
    BOOKINGS,
    (
        "registration",
        "id, event_id, booking_id, place, size, state, priority, needs_step, seated_step, calendar_sequence,"
        " created_at, changed_at",
        f"i, {_EVENT}, i, {_PLACE}, 1, {_STATE}, 0, {_PLACE},"
        f" CASE WHEN {_PLACE} <= :seated THEN {_PLACE} END, 0, :at, :at",
    ),
    ("registration_pool", "registration_id, pool_id, need", f"i, {_POOL}, 1"),
    ATTENDEES,
    (
        "journal",
        "id, at, event_id, registration_id, actor, action, after, facts",
        f"i, :at, {_EVENT}, i, 'attendee', 'state', {_STATE}, '{{}}'",
    ),
    (
        "outgoing_message",
        "id, kind, organiser_id, event_id, booking_id, registration_id, locale, to_name, to_email, facts,"
        " message_id, state, created_at, due_at, tries",
        f"i, {_STATE}, :organiser, {_EVENT}, i, i, 'en', 'Ada', 'a@example.org', '{{}}', 'm' || i, 'sent',"
        " :at, :at, 0",
    ),
    (
        "capability",
        "id, purpose, subject_id, nonce, token_hash, created_at",
        "i, 'booking', i, 'n' || i, 't' || i, :at",
    ),
    (
        "ledger_entry",
        "event_id, number, at, kind, place, part, size, priority, needs, before, after, reason, hash",
        f"{_EVENT}, {_PLACE}, :at, 'state', {_PLACE}, 0, 1, 0, '{{}}', '', {_STATE}, '', 'l' || i",
    ),
)
_WITH_NUMBERS = ("booking", "registration", "attendee", "journal", "outgoing_message", "capability")


def fill(crowd: Crowd, title: str = "Crowd", policy: str = rules.FIRST_FIT) -> list[factories.Made]:
    """Make the events of *crowd*, full and with their lines, and return them."""
    made = [
        factories.make_event(capacity=crowd.seated, policy=policy, title=f"{title} {number}")
        for number in range(crowd.events)
    ]
    with db.engine.execution_options(tx="write").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        _remember(connection, made)
        _insert(connection, crowd, made)
        _count(connection, crowd)
        if policy == rules.STRICT and crowd.waiting:
            _reserve(connection, crowd)
        connection.execute(text("DROP TABLE crowd_event"))
    settle(db.engine)
    return made


def settle(engine: Engine) -> None:
    """Let the database be as one that has run for a while."""
    if engine.dialect.name == "sqlite":
        with engine.execution_options(tx="single").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("SET statement_timeout = '10s'")


def _remember(connection: Connection, made: list[factories.Made]) -> None:
    connection.execute(
        text("CREATE TEMPORARY TABLE crowd_event (rank INTEGER PRIMARY KEY, id INTEGER, pool INTEGER)")
    )
    find = text("INSERT INTO crowd_event SELECT :rank, event_id, id FROM pool WHERE event_id = :id")
    for rank, event in enumerate(made):
        connection.execute(find, {"rank": rank, "id": event.id})


def _insert(connection: Connection, crowd: Crowd, made: list[factories.Made]) -> None:
    first = first_free(connection)
    values = {
        "organiser": made[0].organiser_id,
        "first": first,
        "each": crowd.each,
        "seated": crowd.seated,
    }
    copy_rows(connection, _COPIES, range(first, first + crowd.events * crowd.each), values)


def first_free(connection: Connection) -> int:
    """Return a number above every id of the tables that are filled."""
    return 1 + max(
        connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar_one()
        for name in _WITH_NUMBERS
    )


def copy_rows(connection: Connection, copies: Copies, numbers: range, values: dict[str, int]) -> None:
    """Insert one row of each table of *copies* for each of *numbers*, i in their columns."""
    is_postgresql = connection.dialect.name == "postgresql"
    first, last = numbers[0], numbers[-1]
    with_numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    if is_postgresql:
        with_numbers = f"WITH n(i) AS (SELECT generate_series({first}, {last}))"
    known = {"at": clock.now() if is_postgresql else clock.now().replace(tzinfo=None), **values}
    for table, columns, selected in copies:
        sql = f"INSERT INTO {table} ({columns}) {with_numbers} SELECT {selected} FROM n"
        if is_postgresql:
            sql = f"{with_numbers} INSERT INTO {table} ({columns}) SELECT {selected} FROM n"
        connection.execute(text(sql), {name: value for name, value in known.items() if f":{name}" in sql})
        if is_postgresql and table in _WITH_NUMBERS:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )


def _count(connection: Connection, crowd: Crowd) -> None:
    connection.execute(
        text(
            "UPDATE queue SET next_place = :next, step = :each, waiting = :waiting, ledger_number = :each"
            " WHERE event_id IN (SELECT id FROM crowd_event)"
        ),
        {"next": crowd.each + 1, "each": crowd.each, "waiting": crowd.waiting},
    )
    connection.execute(
        text("UPDATE pool SET taken = :seated WHERE event_id IN (SELECT id FROM crowd_event)"),
        {"seated": crowd.seated},
    )


def _reserve(connection: Connection, crowd: Crowd) -> None:
    """Write what those who wait in strict lines have reserved: a seat of the event each."""
    connection.execute(
        text("INSERT INTO waiting_need (pool_id, priority, need) SELECT pool, 0, :waiting FROM crowd_event"),
        {"waiting": crowd.waiting},
    )
