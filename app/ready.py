"""Ready: rows as a database's driver takes them, each column's values at once.

SQLAlchemy asks each value's type how it is bound, which costs more than the value. A column has one type for all.
Knows types and drivers. Must not know a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Dialect, Table
from sqlalchemy.types import TypeEngine

from app.columns import Instant

Values = Sequence[tuple[Any, ...]]


def ready(dialect: Dialect, table: Table, names: Sequence[str], rows: Values) -> list[tuple[Any, ...]]:
    """Return rows (at least one, in the order of `names`) for the driver; None is NULL, in a JSON column too."""
    told = zip(names, zip(*rows, strict=True), strict=True)
    return list(zip(*(_column(table.c[name].type, dialect, each) for name, each in told), strict=True))


def _column(kind: TypeEngine[Any], dialect: Dialect, told: Sequence[Any]) -> Sequence[Any]:
    bound = _bound(kind, dialect)
    if bound is None:
        return told
    if isinstance(kind, Instant) and told.count(told[0]) == len(told):  # nearly always: the batch's own
        return [bound(told[0])] * len(told)
    return [None if each is None else bound(each) for each in told]


@lru_cache(1000)
def _bound(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes a value of this type ready; None where it is taken as it is."""
    if isinstance(kind, JSON):  # as the detour over the type would write it
        return _as_text if dialect.name == "sqlite" else _as_binary
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _as_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _as_binary(value: Any) -> Jsonb:
    return Jsonb(value, orjson.dumps)
