"""Lists: conditions on many values, which travel to the database as one.

A list of five hundred bound ids costs more than the query, and makes other words of it each time. Here the statement is
the same however many there are, and may be put together before they are known (`app.questions`).
Knows how each database unfolds them. Must not know what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Integer,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.types import UserDefinedType

from app.extensions import db

Values = Iterable[Any] | BindParameter[Any]  # or the name under which they will be told


def among(column: Any, values: Values) -> ColumnElement[bool]:
    """SQL: the column is one of these."""
    told = _as_one(column, values)
    if db.engine.dialect.name == "sqlite":
        return column.in_(select(func.json_each(told).table_valued("value").c.value))  # type: ignore[no-any-return]
    return column == any_(told)  # type: ignore[no-any-return]


def in_shop(shop_id: int | BindParameter[Any], column: Any, values: Values) -> ColumnElement[bool]:
    """SQL: rows of a shop whose column is one of these.

    PostgreSQL knows nothing yet of a table that has just grown, takes any shop for a small one, and would read all
    of its rows rather than look up these: so it is asked for pairs, which only the index on both columns can answer.
    """
    shop = column.class_.shop_id
    if db.engine.dialect.name == "sqlite":
        return (shop == shop_id) & among(column, values)  # type: ignore[no-any-return]
    told = _as_one(column, values)
    shops = func.array_fill(cast(shop_id, Integer), array([func.cardinality(told)]))
    pairs = func.unnest(shops, told).table_valued("shop", "value").render_derived()
    return tuple_(shop, column).in_(select(pairs.c.shop, pairs.c.value))


def _as_one(column: Any, values: Values) -> ColumnElement[Any]:
    dialect = db.engine.dialect
    kind = _Listed() if dialect.name == "sqlite" else _Spelled(_kind(column, dialect))
    return bindparam(values.key, type_=kind) if isinstance(values, BindParameter) else literal(values, kind)


def _kind(column: Any, dialect: Dialect) -> str:
    return str(column.type.compile(dialect)) if column.type.python_type is int else "TEXT"


class _Listed(UserDefinedType[Any]):
    """Many values, told to SQLite as JSON."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Return what spells them."""
        return lambda values: orjson.dumps(list(values)).decode()


class _Spelled(UserDefinedType[Any]):
    """An array of PostgreSQL, told as its own text.

    Cast from a text it would be a value that the planner does not know, and each look among a thousand a walk.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, of: str) -> None:
        self.of = of

    def get_col_spec(self, **_options: Any) -> str:
        """Return the name of the type."""
        return f"{self.of}[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Return what spells them."""
        return lambda values: "{" + ",".join(map(_element, values)) + "}"


def _element(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
