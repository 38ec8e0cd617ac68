"""Moving: a whole instance out of its SQLite file into an empty PostgreSQL database, in one transaction.

Knows how rows travel: table by table, parents first, in batches, and the numbers that PostgreSQL hands out next.
Must not run while the instance does: the caller holds its place. What fails leaves no row in the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import flask_migrate
from flask import Flask, current_app
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Table,
    TableClause,
    column,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy import table as lightly
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from app.extensions import db

BATCH = 2000
_NOTHING = JSONB(none_as_null=True)


class NotMoved(RuntimeError):
    """The instance stays where it is; its text says why and what to do."""


def move(url: str) -> dict[str, int]:
    """Copy every row to the PostgreSQL database at `url`; return the number of rows of each table that has any.

    Raises NotMoved: the target has rows of its own, does not answer, or refuses a row.
    """
    source = db.engine
    target = _application(url)
    with target.app_context():
        try:
            _refuse_a_used(db.engine)
            flask_migrate.upgrade()
            with source.connect() as old, db.engine.begin() as new:
                return _copied(old, new)
        except DBAPIError as error:
            raise NotMoved(f"PostgreSQL refused: {_said(error)} Nothing was copied.") from error
        finally:
            db.engine.dispose()


def _application(url: str) -> Flask:
    from app import create_app  # the application knows its commands, and these know us

    return create_app(replace(current_app.extensions["settings"], database_url=url))


def _copied(old: Connection, new: Connection) -> dict[str, int]:
    new.execute(text("SET LOCAL statement_timeout = 0"))  # one long transaction is the point
    tables = db.metadata.sorted_tables
    counts = {table.name: _copy(table, old, new) for table in tables}
    for table in tables:
        _refuse_a_short(table, counts[table.name], new)
        _number_on(table, new)
    return {name: count for name, count in counts.items() if count}


def _refuse_a_used(target: Engine) -> None:
    """Refuse a database that holds anything already, before a table of it is touched."""
    if taken := inspect(target).get_table_names():
        raise NotMoved(f"the target has tables already, such as “{taken[0]}”: name an empty database.")


def _copy(table: Table, old: Connection, new: Connection) -> int:
    count, written = 0, insert(_with_nothing_left_out(table))
    for rows in _batches(table, old):
        new.execute(written, rows)
        count += len(rows)
    return count


def _with_nothing_left_out(table: Table) -> TableClause:
    """Return the table for writing: what a row leaves out stays NULL, where JSON would say a `null` of its own."""
    columns = ((each.name, _NOTHING if _may_be_nothing(each) else each.type) for each in table.columns)
    return lightly(table.name, *(column(name, kind) for name, kind in columns))


def _may_be_nothing(column: Column[Any]) -> bool:
    return bool(column.nullable) and isinstance(column.type, JSON)


def _batches(table: Table, old: Connection) -> Iterator[list[dict[str, object]]]:
    """Yield the rows of a table in the order in which they were written, so that those they refer to come first."""
    rows = old.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key.columns))
    for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


def _refuse_a_short(table: Table, count: int, new: Connection) -> None:
    arrived = new.scalar(select(func.count()).select_from(table))
    if arrived != count:
        raise NotMoved(f"“{table.name}” has {count} rows here and {arrived} there. Nothing was copied.")


def _number_on(table: Table, new: Connection) -> None:
    """Let PostgreSQL number the next row after the last that came."""
    column = table.autoincrement_column
    if column is None:
        return
    owned = new.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    last = new.scalar(select(func.max(column)))
    if owned and last:
        new.execute(select(func.setval(owned, last)))


def _said(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".") + "."
