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
Bound = Callable[[Any], Any] | None  # what makes a value ready; None where it is taken as it is


def ready(dialect: Dialect, table: Table, names: Sequence[str], rows: Values) -> list[tuple[Any, ...]]:
    """Return rows (at least one, in the order of `names`) for the driver; None is NULL, in a JSON column too."""
    ways = _ways(dialect, table, tuple(names))
    if len(rows) == 1:  # columns of one value each are not worth their making
        return [tuple([told if bound is None or told is None else bound(told)
                       for (bound, _same), told in zip(ways, rows[0], strict=True)])]  # fmt: skip
    told = zip(ways, zip(*rows, strict=True), strict=True)
    return list(zip(*(_column(bound, same, each) for (bound, same), each in told), strict=True))


def _column(bound: Bound, same: bool, told: Sequence[Any]) -> Sequence[Any]:
    if bound is None:
        return told
    if same and told.count(told[0]) == len(told):
        return [bound(told[0])] * len(told)
    return [None if each is None else bound(each) for each in told]


@lru_cache(500)
def _ways(dialect: Dialect, table: Table, names: Sequence[str]) -> list[tuple[Bound, bool]]:
    """Return how each column is bound, and whether all rows of a batch are likely to have the same: its own time."""
    kinds = [table.c[name].type for name in names]
    return [(bound(kind, dialect), isinstance(kind, Instant)) for kind in kinds]


def bound(kind: TypeEngine[Any], dialect: Dialect) -> Bound:
    """Return what makes a value of this type ready; None where it is taken as it is."""
    if isinstance(kind, JSON):  # as the detour over the type would write it
        return _as_text if dialect.name == "sqlite" else _as_binary
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _as_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _as_binary(value: Any) -> Jsonb:
    return Jsonb(value, orjson.dumps)
