"""What must always hold, as queries that return no row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Select

# A query of whatever columns.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Invariant:
    """One rule. *broken_by* returns the query of what breaks it, for one event or (None) for all.

    *sentence* tells of one row; its placeholders are the query's columns.
    """

    code: str
    title: str
    sentence: str
    broken_by: Callable[[int | None], AnySelect]
