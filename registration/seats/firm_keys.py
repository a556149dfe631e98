"""Bring the stored keys of firms up to how names are matched now; what has become one firm is merged."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from registration.core.firm_names import firm_name_key

# Written out, since a migration runs it too: it must not follow the models of a later release.
_POOLS = text(
    "SELECT pool.id, pool.event_id, pool.key, pool.label, pool.wanted, pool.taken, pool.allotted,"
    " queue.firm_cap FROM pool JOIN queue ON queue.event_id = pool.event_id"
    " WHERE pool.kind = 'firm' AND queue.firm_cap_by = 'name' ORDER BY pool.id"
)
_COORDINATORS = text("SELECT id, organiser_id, firm, firm_folded, email_normal FROM coordinator ORDER BY id")
_MERGE_BOTH = text(
    "UPDATE registration_pool SET need = need + (SELECT other.need FROM registration_pool other"
    " WHERE other.pool_id = :other AND other.registration_id = registration_pool.registration_id)"
    " WHERE pool_id = :kept AND registration_id IN"
    " (SELECT registration_id FROM registration_pool WHERE pool_id = :other)"
)
_DROP_BOTH = text(
    "DELETE FROM registration_pool WHERE pool_id = :other AND registration_id IN"
    " (SELECT registration_id FROM registration_pool WHERE pool_id = :kept)"
)
_MOVE = text("UPDATE registration_pool SET pool_id = :kept WHERE pool_id = :other")
_KEEP = text(
    "UPDATE pool SET seats = :wanted, overbooking = 0, wanted = :wanted, taken = :taken,"
    " allotted = :allotted, capacity = CASE WHEN :wanted > :taken THEN :wanted ELSE :taken END"
    " WHERE id = :kept"
)
_RENAME = text("UPDATE pool SET key = :key WHERE id = :id")
_KEPT = text(
    "UPDATE pool SET kept = reserve + COALESCE((SELECT SUM(CASE WHEN firm.allotted > firm.taken"
    " THEN firm.allotted - firm.taken ELSE 0 END) FROM pool firm"
    " WHERE firm.event_id = pool.event_id AND firm.kind = 'firm'), 0)"
    " WHERE kind = 'event' AND event_id = :event"
)
_END_LINK = text("DELETE FROM capability WHERE purpose = 'firm' AND subject_id = :id")


def stale_firms(connection: Connection, event_id: int | None = None) -> list[str]:
    """Return the firms whose stored key is not the one of their name, as "Dupont SA (dupont sa)"."""
    pools = [row for row in _pools(connection, event_id) if row.key != _key(row.label, row.key)]
    found = [f"{row.label} ({row.key})" for row in pools]
    if event_id is None:
        found += [
            f"{row.firm} ({row.firm_folded})"
            for row in connection.execute(_COORDINATORS)
            if row.firm_folded != firm_name_key(row.firm)[:200]
        ]
    return found


def renew_firm_keys(connection: Connection, event_id: int | None = None) -> int:
    """Give each firm its key of now, of one event or of all with their coordinators; return how many changed.

    Firms that have become one share the stricter of the limits that were agreed on; what is kept is added up.
    """
    groups: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
    for row in _pools(connection, event_id):
        groups[row.event_id, _key(row.label, row.key)].append(row)
    changed = {key: rows for key, rows in groups.items() if len(rows) > 1 or rows[0].key != key[1]}
    kept = {key: _merged(connection, rows) for key, rows in changed.items()}
    # By way of a name that no firm has: one's new key may be another's old one.
    for pool_id in kept.values():
        connection.execute(_RENAME, {"id": pool_id, "key": f"~{pool_id}"})
    for (_event, key), pool_id in kept.items():
        connection.execute(_RENAME, {"id": pool_id, "key": key})
    for event in {event for event, _key_now in changed}:
        connection.execute(_KEPT, {"event": event})
    count = sum(len(rows) for rows in changed.values())
    return count if event_id is not None else count + _renew_coordinators(connection)


def _pools(connection: Connection, event_id: int | None) -> list[Row[Any]]:
    rows = connection.execute(_POOLS).all()
    return [row for row in rows if event_id in (None, row.event_id)]


def _key(label: str, stored: str) -> str:
    return firm_name_key(label) or stored


def _merged(connection: Connection, rows: Sequence[Row[Any]]) -> int:
    """Make one limit of *rows* and return its id."""
    agreed = [row for row in rows if row.allotted or row.wanted != row.firm_cap]
    kept = (agreed or list(rows))[0]
    for other in rows:
        if other.id != kept.id:
            both = {"kept": kept.id, "other": other.id}
            for statement in (_MERGE_BOTH, _DROP_BOTH, _MOVE):
                connection.execute(statement, both)
            connection.execute(text("DELETE FROM pool WHERE id = :other"), {"other": other.id})
    if len(rows) > 1:
        allotted = sum(row.allotted for row in rows)
        values = {
            "kept": kept.id,
            "wanted": max(min(row.wanted for row in agreed or rows), allotted),
            "taken": sum(row.taken for row in rows),
            "allotted": allotted,
        }
        connection.execute(_KEEP, values)
    return int(kept.id)


def _renew_coordinators(connection: Connection) -> int:
    """Match coordinators by the key of now; of two links of one person to one firm the first stays."""
    known: set[tuple[int, str, str]] = set()
    changed = 0
    for row in connection.execute(_COORDINATORS).all():
        key = firm_name_key(row.firm)[:200] or row.firm_folded
        if (row.organiser_id, key, row.email_normal) in known:
            connection.execute(_END_LINK, {"id": row.id})
            connection.execute(text("DELETE FROM coordinator WHERE id = :id"), {"id": row.id})
            changed += 1
            continue
        known.add((row.organiser_id, key, row.email_normal))
        if key != row.firm_folded:
            changed += 1
            connection.execute(
                text("UPDATE coordinator SET firm_folded = :key WHERE id = :id"), {"id": row.id, "key": key}
            )
    return changed
