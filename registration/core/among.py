"""Ask for rows whose column is one of many values: the values travel as one parameter, however many.

A list of parameters grows with the people of an event, and a database takes only so many: SQLite 32,766,
PostgreSQL 65,535. tests/house/test_lists.py finds every other way to hand a list to a statement.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Listed(TypeDecorator[Iterable[Any]]):
    """Values as one parameter: an array on PostgreSQL, JSON elsewhere."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.of) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        given = list(value or ())
        return given if dialect.name == "postgresql" else json.dumps(given)


class _Among(FunctionElement[bool]):
    """The condition itself, in the words of each database."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "_Among":
        # A condition already, in brackets of its own: SQLite would look into no index for `(…) = 1`.
        return self


def among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    values: Iterable[int | None] | Iterable[str] | str,
) -> ColumnElement[bool]:
    """Return the SQL condition that *column* is one of *values*.

    For a statement that is made once, *values* is the name of a parameter that is given with each use.
    """
    kind = _Listed(column.type)
    if isinstance(values, str):
        return _Among(column, bindparam(values, type_=kind))
    return _Among(column, bindparam("among", list(values), type_=kind, unique=True))


@compiles(_Among)
def _as_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - both are compiled already


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} = ANY({values}))"
