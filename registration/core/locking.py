"""Read a row that is decided on and written: under its lock, as it is now.

On PostgreSQL two transactions may both read, decide and write, and the first one's change is lost. So
what a service reads to write it again it reads here, or under the gate of its event (seats/gate.py); on
SQLite `BEGIN IMMEDIATE` lets one write at a time. tests/house/test_locked_writes.py looks at every service.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import Model

M = TypeVar("M", bound=Model)


def locked(session: Session, model: type[M], key: Any) -> M | None:
    """Return the row of *model* by its primary key under its lock, read anew, or None.

    NO KEY UPDATE: rows that refer to it must not wait, nor deadlock on it. The gate of an event comes first.
    """
    return session.get(model, key, with_for_update={"key_share": True}, populate_existing=True)


def locked_one(session: Session, model: type[M], key: Any) -> M:
    """Return what `locked` does. Raises NoResultFound where there is no such row."""
    found = locked(session, model, key)
    if found is None:
        raise NoResultFound(f"There is no such {model.__tablename__}.")
    return found


def locked_all(session: Session, model: type[M], keys: Collection[Any]) -> list[M]:
    """Return the rows of *model* under their locks, in the order of their keys so that nobody deadlocks."""
    [column] = inspect(model).primary_key
    query = select(model).where(among(column, keys)).order_by(column).with_for_update(key_share=True)
    return list(session.scalars(query.execution_options(populate_existing=True)))
