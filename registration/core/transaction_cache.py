"""Facts that are read once in a transaction: within one snapshot they cannot change."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

T = TypeVar("T")
_KEY = "snapshot"


def once(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """Return what *read* returns, asked once for *key* within the transaction of *session*."""
    known = _known(session)
    if key not in known:
        found = read()
        # Reading may have begun the transaction.
        known = _known(session)
        known[key] = found
    return cast(T, known[key])


def keep(session: Session, key: Hashable, value: object) -> None:
    """Note *value* as read for *key*, by somebody who reads for many at once."""
    _known(session)[key] = value


def kept(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """Return what was kept for *key*, else what *read* returns, which is not kept.

    For facts that a transaction may also change: only who keeps them knows that it does not.
    """
    known = _known(session)
    return cast(T, known[key]) if key in known else read()


def _known(session: Session) -> dict[Hashable, Any]:
    transaction = session.get_transaction()
    if transaction is None:
        return {}
    known: tuple[Any, dict[Hashable, Any]] | None = session.info.get(_KEY)
    if known is None or known[0] is not transaction:
        known = session.info[_KEY] = (transaction, {})
    return known[1]
