"""What must always hold, as queries that return no row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Connection, Integer, Select, bindparam

from registration.core import clock
from registration.core.database import UtcDateTime

# A query of whatever columns.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
# The event that is looked at, given when the query runs.
OfEvent: TypeAlias = BindParameter[int]
EVENT_ID = "event_id"


@dataclass(frozen=True)
class Invariant:
    """One rule. *broken_by* returns the query of what breaks it, for one event or (None) for all.

    *sentence* tells of one row; its placeholders are the query's columns. What no query can say is
    *looked* at besides: that returns rows of its own, read by the connection of the same snapshot.
    """

    code: str
    title: str
    sentence: str
    broken_by: Callable[[OfEvent | None], AnySelect]
    looked: Callable[[Connection, int | None], Iterable[Mapping[str, Any]]] | None = None


def ago(span: timedelta = timedelta()) -> BindParameter[datetime]:
    """Return the moment *span* before the one at which a query runs."""
    return bindparam(None, callable_=lambda: clock.now() - span, type_=UtcDateTime(), unique=True)


@cache
def query_of(invariant: Invariant, *, is_for_one: bool) -> AnySelect:
    """Return the query of an invariant, for the event of the parameter EVENT_ID or for all.

    It is made once: to put one together takes longer than to run it on an event of usual size.
    """
    return invariant.broken_by(bindparam(EVENT_ID, type_=Integer()) if is_for_one else None)
