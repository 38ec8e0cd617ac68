"""Bulk: many rows of one table found, written or changed by one statement, at the driver's own speed.

SQLAlchemy's executemany costs two to three times what the driver takes, and a list of five hundred bound ids more than
the query itself. Here each column's values are made ready once for all rows; then SQLite gets them by its driver's
executemany, and PostgreSQL by COPY in its binary form, which needs no quoting.

Every name in these statements is one of our own tables or columns, every value is bound.
Knows what they are, never what they mean. All of it happens in the session's own transaction.
"""

# ruff: noqa: S608
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any
from zlib import crc32

import orjson
import psycopg
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    any_,
    column,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy import table as table_named
from sqlalchemy.types import TypeEngine, UserDefinedType

from app import driver
from app.columns import Instant
from app.extensions import db

Rows = Sequence[Mapping[str, Any]]
FEW = 8  # rows, or outcomes of a batch, that are worth a statement each
MARKS = {"sqlite": "?", "postgresql": "%s"}


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """SQL: the column is one of these. They travel as one text: the statement is the same however many they are."""
    if db.engine.dialect.name == "sqlite":
        return column.in_(select(_told(values).c.value))  # type: ignore[no-any-return]
    return column == any_(_array(column, values))  # type: ignore[no-any-return]


def in_shop(shop_id: int, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """SQL: rows of a shop whose column is one of these.

    PostgreSQL knows nothing yet of a table that has just grown, takes any shop for a small one, and would read all
    of its rows rather than look up these: so it is asked for pairs, which only the index on both columns can answer.
    """
    shop = column.class_.shop_id
    if db.engine.dialect.name == "sqlite":
        return (shop == shop_id) & among(column, values)  # type: ignore[no-any-return]
    both = _array(shop, [shop_id] * len(values)), _array(column, values)
    pairs = func.unnest(*both).table_valued("shop", "value").render_derived()
    return tuple_(shop, column).in_(select(pairs.c.shop, pairs.c.value))


def _told(values: Iterable[Any]) -> Any:
    return func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")


class _Spelled(UserDefinedType[str]):
    """An array of PostgreSQL, told as its own text.

    Cast from a text it would be a value that the planner does not know, and each look among a thousand a walk.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, of: str) -> None:
        self.of = of

    def get_col_spec(self, **_options: Any) -> str:
        return f"{self.of}[]"


def _array(column: Any, values: Iterable[Any]) -> ColumnElement[Any]:
    kind = column.type.compile(db.engine.dialect) if column.type.python_type is int else "TEXT"
    return literal("{" + ",".join(map(_element, values)) + "}", _Spelled(kind))


def _element(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def insert(model: Any, rows: Rows, once: Sequence[str] | None = None) -> int:
    """Write rows, all with the same columns, and return how many were new.

    `once` names the columns of a unique key (an empty list: of any): a row whose key is taken is left as it is.
    What is not named gets the database's own default. Raises KeyError for a name that is no column.
    """
    if not rows:
        return 0
    table: Table = model.__table__
    names = _names(table, rows)
    into = f"INSERT INTO {_quoted(table.name)} ({_listed(names)})"
    key = f" ({_listed(once)})" if once else ""
    unless = "" if once is None else f" ON CONFLICT{key} DO NOTHING"
    connection = db.session.connection()
    if connection.dialect.name == "sqlite" or len(rows) < FEW:
        marks = ", ".join([MARKS[connection.dialect.name]] * len(names))
        return _many(connection, f"{into} VALUES ({marks}){unless}", _values(connection, table, names, rows))
    if once is None:
        return _copy(connection, table, names, rows)
    aside = _aside(connection, table, names, rows)
    return _ran(connection, f"{into} SELECT {_listed(names)} FROM {aside}{unless}")


def upsert(model: Any, statement: Any, rows: Rows) -> None:
    """Write rows, all with the same columns, by an INSERT … ON CONFLICT DO UPDATE in which each key comes once."""
    if not rows:
        return
    connection, table = db.session.connection(), model.__table__
    if connection.dialect.name == "sqlite" or len(rows) < FEW:
        connection.execute(statement, rows)
        return
    names = _names(table, rows)
    told = table_named(_aside(connection, table, names, rows), *(column(name) for name in names))
    connection.execute(statement.from_select(names, select(*told.columns)))


def insert_each(model: Any, rows: Rows, once: Sequence[str]) -> list[bool]:
    """Write a few rows, all with the same columns; return of each whether it was new.

    A row whose unique key, which `once` names, is taken is left as it is; of two with the same key the first is new.
    """
    if not rows:
        return []
    table: Table = model.__table__
    connection, names = db.session.connection(), _names(table, rows)
    one = f"({', '.join([MARKS[connection.dialect.name]] * len(names))})"
    into = f"INSERT INTO {_quoted(table.name)} ({_listed(names)}) VALUES {', '.join([one] * len(rows))}"
    unless = f"ON CONFLICT ({_listed(once)}) DO NOTHING RETURNING {_listed(once)}"
    values = tuple(chain.from_iterable(_values(connection, table, names, rows)))
    new = set(driver.ask(connection, f"{into} {unless}", values))
    return [_found(new, tuple(row[name] for name in once)) for row in rows]


def _found(new: set[tuple[Any, ...]], key: tuple[Any, ...]) -> bool:
    """Take a key out of what is new; return whether it was there."""
    found = key in new
    new.discard(key)
    return found


def update(model: Any, rows: Mapping[int, Mapping[str, Any]], guard: str = "TRUE") -> int:
    """Write values, by the ids of their rows, where `guard` holds; return how many rows were changed.

    `guard` is SQL that names columns as table.column. Values are compared: rows that get the same are written together.
    """
    table: Table = model.__table__
    alike = defaultdict[Any, list[int]](list)
    for id, values in rows.items():
        alike[tuple(values.items())].append(id)
    if len(alike) <= max(FEW, len(rows) // 50):
        return sum(_together(table, dict(values), ids, guard) for values, ids in alike.items())
    kinds = defaultdict[Any, list[dict[str, Any]]](list)
    for id, values in rows.items():
        kinds[tuple(values)].append({**values, "id": id})
    return sum(_apart(table, names, same, guard) for names, same in kinds.items())


def _together(table: Table, values: Mapping[str, Any], ids: Collection[int], guard: str) -> int:
    changed: Any = db.session.execute(
        table.update().where(among(table.c.id, ids), db.text(guard)).values(**values)
    )
    return int(changed.rowcount)


def _apart(table: Table, names: Sequence[str], rows: Rows, guard: str) -> int:
    connection, name = db.session.connection(), _quoted(table.name)
    if connection.dialect.name == "sqlite":
        told = ", ".join(f"{_quoted(each)} = ?" for each in names)
        values = _values(connection, table, [*names, "id"], rows)
        return _many(connection, f"UPDATE {name} SET {told} WHERE id = ? AND {guard}", values)
    aside = _aside(connection, table, [*names, "id"], rows)
    told = ", ".join(f"{_quoted(each)} = {aside}.{_quoted(each)}" for each in names)
    return _ran(connection, f"UPDATE {name} SET {told} FROM {aside} WHERE {name}.id = {aside}.id AND {guard}")


def _many(connection: Connection, statement: str, values: list[tuple[Any, ...]]) -> int:
    return int(connection.exec_driver_sql(statement, values, {"preserve_rowcount": True}).rowcount)


def _ran(connection: Connection, statement: str) -> int:
    return int(connection.exec_driver_sql(statement, None, {"preserve_rowcount": True}).rowcount)


def _aside(connection: Connection, table: Table, names: Sequence[str], rows: Rows) -> str:
    """Put rows into a temporary table that has these columns, and return its name."""
    aside = f"aside_{table.name}_{crc32(_listed(names).encode()):x}"
    shape = f"SELECT {_listed(names)} FROM {_quoted(table.name)}"
    _ran(connection, f"CREATE TEMP TABLE IF NOT EXISTS {aside} ON COMMIT DELETE ROWS AS {shape} WITH NO DATA")
    _ran(connection, f"DELETE FROM {aside}")  # of an earlier call in the same transaction
    _copy(connection, table, names, rows, aside)
    return aside


def _plan_anew(connection: Connection) -> None:
    """Have PostgreSQL forget how it looks up what rows refer to.

    It plans that once a connection. A plan of when the other table was empty reads all of it for each row, for ever.
    """
    _ran(connection, "DISCARD PLANS")


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Rows, into: str = "") -> int:
    values = _values(connection, table, names, rows)
    types = [table.c[name].type.compile(connection.dialect).lower().partition("(")[0] for name in names]
    statement = f"COPY {into or _quoted(table.name)} ({_listed(names)}) FROM STDIN (FORMAT BINARY)"
    raw: Any = connection.connection.driver_connection
    _plan_anew(connection)
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for each in values:
                copy.write_row(each)
    except psycopg.Error as error:
        raise driver.as_ours(connection, statement, error) from error
    return len(values)


def _names(table: Table, rows: Rows) -> list[str]:
    names = list(rows[0])
    if unknown := [name for name in names if name not in table.c]:
        raise KeyError(f"{table.name} has no {unknown}")
    if any(len(row) != len(names) for row in rows):
        raise KeyError(f"rows of {table.name} with different columns")
    return names


def _values(connection: Connection, table: Table, names: Sequence[str], rows: Rows) -> list[tuple[Any, ...]]:
    """Return the rows as the driver takes them; None is NULL, in a JSON column too."""
    columns = []
    for name in names:
        ready, told = _ready(table.c[name].type, connection.dialect), [row[name] for row in rows]
        columns.append([None if each is None else ready(each) for each in told] if ready else told)
    return list(zip(*columns, strict=True))


def _ready(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes a value of this type ready for the driver; None where it is taken as it is."""
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _json  # what the detour over the type would write
    ready = kind.dialect_impl(dialect).bind_processor(dialect)
    return cache(ready) if ready and isinstance(kind, Instant) else ready  # a batch has one time, or few


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
