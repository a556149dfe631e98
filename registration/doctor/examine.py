"""Run every invariant in one read-only snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from registration.booking.invariants import INVARIANTS as OF_BOOKINGS
from registration.core.invariant import EVENT_ID, Invariant, query_of
from registration.core.refusal import NotFound
from registration.events.models import Event
from registration.invitations.invariants import INVARIANTS as OF_INVITATIONS
from registration.mail.invariants import INVARIANTS as OF_MAIL
from registration.seats.firm_keys import stale_firms
from registration.seats.invariants import INVARIANTS as OF_SEATS

INVARIANTS: Sequence[Invariant] = sorted(
    (*OF_SEATS, *OF_BOOKINGS, *OF_INVITATIONS, *OF_MAIL),
    key=lambda one: (int(one.code[1:].rstrip("b")), one.code),
)
# More than these are counted, not told one by one.
TOLD = 20


@dataclass(frozen=True)
class Finding:
    """What one invariant found: nothing, or a sentence for each row that breaks it."""

    code: str
    title: str
    sentences: tuple[str, ...]
    count: int

    @property
    def holds(self) -> bool:
        return self.count == 0


def examine(engine: Engine, slug: str | None = None) -> list[Finding]:
    """Return what each invariant finds, for one event or all. Raises NotFound for an unknown event.

    It writes nothing and blocks no writer: SQLite reads from its snapshot, PostgreSQL at
    REPEATABLE READ.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(  # noqa: PLW2901 - the same connection
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        event_id = None if slug is None else _event_id(connection, slug)
        found = [_finding(connection, invariant, event_id) for invariant in INVARIANTS]
        return [*found, _firm_keys(connection, event_id)]


def _firm_keys(connection: Connection, event_id: int | None) -> Finding:
    """Return the firms that are not matched by their key of now; no database folds names as we do."""
    stale = stale_firms(connection, event_id)
    told = tuple(f"The firm {one} is stored under an older key." for one in stale[:TOLD])
    return Finding("I41", "Firms are matched by their names as they are folded now", told, len(stale))


def _finding(connection: Connection, invariant: Invariant, event_id: int | None) -> Finding:
    told: list[str] = []
    count = 0
    query = query_of(invariant, is_for_one=event_id is not None)
    rows = connection.execute(query, {} if event_id is None else {EVENT_ID: event_id}).mappings()
    looked: Iterable[Mapping[str, Any]] = invariant.looked(connection, event_id) if invariant.looked else ()
    for row in chain(map(dict, rows), looked):
        count += 1
        if count <= TOLD:
            told.append(invariant.sentence.format(**row))
    return Finding(invariant.code, invariant.title, tuple(told), count)


def _event_id(connection: Connection, slug: str) -> int:
    event_id = connection.scalar(select(Event.id).where(Event.slug == slug))
    if event_id is None:
        raise NotFound(f"There is no event {slug}. `registration event list` shows them.")
    return event_id
