"""Bulk: many rows of one table written or changed by one statement, at the driver's own speed.

SQLAlchemy's executemany costs two to three times what the driver takes, and a list of five hundred bound ids more than
the query itself. Here SQLite gets rows by its driver's executemany, and PostgreSQL by COPY in its binary form, which
needs no quoting.

Every name in these statements is one of our own tables or columns, every value is bound.
Knows what they are, never what they mean. All of it happens in the session's own transaction.
"""

# ruff: noqa: S608
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import psycopg
from sqlalchemy import Connection, Dialect, Table, null, select, text
from sqlalchemy.exc import IntegrityError

from app import driver
from app.lists import among
from app.questions import at_hand, changes, told
from app.ready import Values, ready

Rows = Sequence[Mapping[str, Any]]
Alike = Sequence[tuple[Mapping[str, Any], Collection[int]]]
FEW = 8  # rows, or outcomes of a batch, that are worth a statement each


def insert(model: Any, rows: Rows, once: Sequence[str] | None = None) -> int:
    """Write rows, all with the same columns, and return how many were new.

    `once` names the columns of a unique key (an empty list: of any): a row whose key is taken is left as it is.
    What is not named gets the database's own default. Raises KeyError for a name that is no column.
    """
    return write(model, *_apart_from_names(rows), once) if rows else 0


def write(
    model: Any, names: Sequence[str], rows: Values, once: Sequence[str] | None = None, new: bool = False
) -> int:
    """The same for rows that are told as tuples, in the order of `names`; `new` tells that hardly a key is taken."""
    if not rows:
        return 0
    table, connection = _table(model, names), at_hand()
    if connection.dialect.name == "postgresql" and len(rows) >= FEW:
        if once is None:
            return _copy(connection, table, names, rows)
        if new and _all_new(connection, table, names, rows):
            return len(rows)
    key = f" ({_listed(once)})" if once else ""
    return _put(connection, table, names, rows, "" if once is None else f" ON CONFLICT{key} DO NOTHING")


def _put(connection: Connection, table: Table, names: Sequence[str], rows: Values, unless: str) -> int:
    """Write rows and return how many were written; `unless` is SQL that says what happens where a key is taken."""
    into = _into(table, tuple(names))
    if connection.dialect.name == "sqlite" or len(rows) < FEW:
        marks = ", ".join([driver.MARKS[connection.dialect.name]] * len(names))
        told = ready(connection.dialect, table, names, rows)
        return driver.change_each(connection, f"{into} VALUES ({marks}){unless}", told)
    aside = _aside(connection, table, names, rows)
    return _ran(connection, f"{into} SELECT {_listed(names)} FROM {aside}{unless}")


@lru_cache(500)
def _into(table: Table, names: Sequence[str]) -> str:
    return f"INSERT INTO {_quoted(table.name)} ({_listed(names)})"


def _all_new(connection: Connection, table: Table, names: Sequence[str], rows: Values) -> bool:
    """Write rows where no key is taken; else write none of them and return False."""
    try:
        with connection.begin_nested():
            _copy(connection, table, names, rows)
    except IntegrityError:
        return False
    return True


def upsert(model: Any, statement: Any, rows: Rows) -> None:
    """Write rows, all with the same columns, by an INSERT … ON CONFLICT DO UPDATE in which each key comes once."""
    if not rows:
        return
    connection, (names, values) = at_hand(), _apart_from_names(rows)
    _put(connection, _table(model, names), names, values, _conflict(statement, connection.dialect))


@lru_cache(100)
def _conflict(statement: Any, dialect: Dialect) -> str:
    """Return what such a statement says behind the values."""
    words = statement.from_select(["shop_id"], select(null())).compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    return " ON CONFLICT" + str(words).partition(" ON CONFLICT")[2]


def update(model: Any, alike: Alike, guard: str = "TRUE") -> int:
    """Write values, each time to the ids of all rows that get them, where `guard` holds; return how many were changed.

    `guard` is SQL that names columns as table.column.
    """
    table: Table = model.__table__
    if len(alike) <= max(FEW, sum(len(ids) for _values, ids in alike) // 50):
        return sum(_together(table, values, ids, guard) for values, ids in alike)
    kinds = defaultdict[Any, list[tuple[Any, ...]]](list)
    for values, ids in alike:
        kinds[tuple(values)] += [(*values.values(), id) for id in ids]
    return sum(_apart(table, names, same, guard) for names, same in kinds.items())


def _together(table: Table, values: Mapping[str, Any], ids: Collection[int], guard: str) -> int:
    return _alike(
        table, tuple(values), guard, ids=ids, **{f"_{name}": value for name, value in values.items()}
    )


@changes
def _alike(table: Table, names: Sequence[str], guard: str) -> Any:
    values = {name: told(f"_{name}") for name in names}
    return table.update().where(among(table.c.id, told("ids")), text(guard)).values(values)


def _apart(table: Table, names: Sequence[str], rows: Values, guard: str) -> int:
    connection, name = at_hand(), _quoted(table.name)
    if connection.dialect.name == "sqlite":
        put = ", ".join(f"{_quoted(each)} = ?" for each in names)
        values = ready(connection.dialect, table, [*names, "id"], rows)
        return driver.change_each(connection, f"UPDATE {name} SET {put} WHERE id = ? AND {guard}", values)
    aside = _aside(connection, table, [*names, "id"], rows)
    put = ", ".join(f"{_quoted(each)} = {aside}.{_quoted(each)}" for each in names)
    return _ran(connection, f"UPDATE {name} SET {put} FROM {aside} WHERE {name}.id = {aside}.id AND {guard}")


def _ran(connection: Connection, statement: str) -> int:
    return int(connection.exec_driver_sql(statement, None, {"preserve_rowcount": True}).rowcount)


def _aside(connection: Connection, table: Table, names: Sequence[str], rows: Values) -> str:
    """Put rows into a temporary table that has these columns, and return its name."""
    aside = f"aside_{table.name}_{crc32(_listed(names).encode()):x}"
    shape = f"SELECT {_listed(names)} FROM {_quoted(table.name)}"
    _ran(connection, f"CREATE TEMP TABLE IF NOT EXISTS {aside} ON COMMIT DELETE ROWS AS {shape} WITH NO DATA")
    _ran(connection, f"DELETE FROM {aside}")  # of an earlier call in the same transaction
    _copy(connection, table, names, rows, aside)
    return aside


def _plan_anew(connection: Connection) -> None:
    """Have PostgreSQL forget, once in each transaction, how it looks up what rows refer to.

    It plans that once a connection. A plan of when the other table was empty reads all of it for each row, for ever.
    """
    begun = connection.get_transaction()
    if connection.info.get("planned_in") is not begun:
        _ran(connection, "DISCARD PLANS")
        connection.info["planned_in"] = begun


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Values, into: str = "") -> int:
    values = ready(connection.dialect, table, names, rows)
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


def _apart_from_names(rows: Rows) -> tuple[list[str], list[tuple[Any, ...]]]:
    names = list(rows[0])
    if any(len(row) != len(names) for row in rows):
        raise KeyError(f"rows with different columns, the first with {names}")
    return names, [tuple([row[name] for name in names]) for row in rows]


def _table(model: Any, names: Sequence[str]) -> Table:
    table: Table = model.__table__
    if unknown := [name for name in names if name not in table.c]:
        raise KeyError(f"{table.name} has no {unknown}")
    return table


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
