"""The ledger of an event: what became of each place, chained by hash, naming no person.

Anyone who has a receipt can see that nobody was let past, or the reason the organiser gave. Each
line's hash covers the line and the hash before it, so a line that was changed, left out or put in
later shows (the idea of RFC 9162's logs, with one writer and no tree).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.database import table, write_rows
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import LedgerEntry, Pool

STATE = "state"
NEEDS = "needs"
POLICY = "policy"
# How many seats a limit has, and how many are kept back: told in strict lines, where what is reserved
# hangs on them. From the first of them on "strict" means that who does not fit reserves; before, that
# the head blocks.
WANTED = "wanted"
KEEPS = "keeps"

_APPEND = insert(table(LedgerEntry))
_COLUMNS = tuple(column for column in table(LedgerEntry).c if column.name != "event_id")


@dataclass(frozen=True)
class Line:
    """What is to be written: a change of one place, or (place 0) of how the line is walked."""

    kind: str
    place: int
    part: int
    size: int
    priority: int
    needs: Mapping[int, int]
    before: str
    after: str
    reason: str = ""


# Stands among the needs for seats that were kept for the party: its firm's, or the organiser's reserve.
KEPT = 0


def with_kept(needs: Mapping[int, int], kept: int) -> Mapping[int, int]:
    """Return *needs* with how many of the event's seats were kept for the party."""
    return {**needs, KEPT: kept} if kept else needs


@dataclass(frozen=True)
class NumberedLine:
    """A line as it stands in the ledger."""

    number: int
    at: datetime
    line: Line
    hash: str


def append(session: Session, gate: Gate, lines: Sequence[Line]) -> list[str]:
    """Write *lines* at the end of the ledger of the locked *gate* and return their hashes."""
    if not lines:
        return []
    tell_limits(session, gate)
    return _written(session, gate, lines)


def tell_limits(session: Session, gate: Gate) -> None:
    """Write what the ledger of a strict line does not know yet of its limits; the next lines hang on it."""
    if gate.policy != rules.STRICT:
        return
    wanted = {pool.id: pool.wanted for pool in gate.pools.values() if pool.wanted != pool.told_wanted}
    keeps = {pool.id: pool.keeps for pool in gate.pools.values() if pool.keeps != (pool.told_kept or 0)}
    lines = [
        Line(kind, 0, 0, 0, 0, told, "", "") for kind, told in ((WANTED, wanted), (KEEPS, keeps)) if told
    ]
    if not lines:
        return
    _written(session, gate, lines)
    for pool_id in sorted({*wanted, *keeps}):
        pool = gate.pools[pool_id]
        pool.told_wanted, pool.told_kept = pool.wanted, pool.keeps
        session.execute(
            update(Pool).where(Pool.id == pool_id).values(told_wanted=pool.wanted, told_kept=pool.keeps)
        )


def _written(session: Session, gate: Gate, lines: Sequence[Line]) -> list[str]:
    at = clock.now()
    rows = []
    for line in lines:
        gate.ledger_number += 1
        gate.ledger_hash = chained(gate.ledger_hash, gate.ledger_number, at, line)
        rows.append(
            {
                **vars(line),
                "event_id": gate.event_id,
                "number": gate.ledger_number,
                "at": at,
                "needs": {str(pool_id): need for pool_id, need in sorted(line.needs.items())},
                "hash": gate.ledger_hash,
            }
        )
    write_rows(session, _APPEND, rows)
    return [str(row["hash"]) for row in rows]


def chained(previous: str, number: int, at: datetime, line: Line) -> str:
    """Return the hash of a line that follows the hash *previous*."""
    needs = sorted(line.needs.items())
    told = [
        number, at.astimezone(UTC).isoformat(), line.kind, line.place, line.part, line.size, line.priority,
        needs, line.before, line.after, line.reason,
    ]  # fmt: skip
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def entries(session: Session, event_id: int, place: int | None = None) -> Iterable[NumberedLine]:
    """Yield the ledger of an event in its order, or what concerns one *place*."""
    return entries_at(session.connection(), event_id, place)


def entries_at(connection: Connection, event_id: int, place: int | None = None) -> Iterable[NumberedLine]:
    """Yield the same by a *connection*, as of the snapshot that it reads."""
    query = select(*_COLUMNS).where(LedgerEntry.event_id == event_id).order_by(LedgerEntry.number)
    if place is not None:
        query = query.where(LedgerEntry.place == place)
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield _entry(row)


def first_policy(session: Session, event_id: int, policy_now: str) -> str:
    """Return how the line was walked when the ledger began."""
    return first_policy_at(session.connection(), event_id, policy_now)


def first_policy_at(connection: Connection, event_id: int, policy_now: str) -> str:
    """Return the same by a *connection*, as of the snapshot that it reads."""
    query = select(LedgerEntry.before).where(
        LedgerEntry.event_id == event_id, LedgerEntry.place == 0, LedgerEntry.kind == POLICY
    )
    return connection.scalar(query.order_by(LedgerEntry.number).limit(1)) or policy_now


def _entry(row: Any) -> NumberedLine:
    needs = {int(pool_id): int(need) for pool_id, need in row.needs.items()}
    line = Line(
        row.kind, row.place, row.part, row.size, row.priority, needs, row.before, row.after, row.reason
    )
    return NumberedLine(row.number, row.at, line, row.hash)
