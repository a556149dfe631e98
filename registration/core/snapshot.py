"""Facts that are read once in a transaction: within one snapshot they cannot change."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

T = TypeVar("T")
_KEY = "snapshot"


def once(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """Return what *read* returns, asked once for *key* within the transaction of *session*."""
    transaction = session.get_transaction()
    known: tuple[Any, dict[Hashable, Any]] | None = session.info.get(_KEY)
    if known is None or transaction is None or known[0] is not transaction:
        found = read()
        session.info[_KEY] = (session.get_transaction(), {key: found})
        return found
    if key not in known[1]:
        known[1][key] = read()
    return cast(T, known[1][key])
