"""Driver: what is asked so often that it goes straight to the database's driver, past what SQLAlchemy does around it.

In the transaction of the connection that is given, and with its errors as everybody here knows them.
Knows how statements travel. Must not know what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]


def ask(connection: Connection, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Run one statement with values as the driver takes them; return its rows, as the driver gives them."""
    return _ran(connection, statement, values, lambda cursor: cursor.fetchall() if cursor.description else [])


def change(connection: Connection, statement: str, values: Values = ()) -> int:
    """Run one statement with values as the driver takes them; return how many rows it changed."""
    return _ran(connection, statement, values, lambda cursor: int(cursor.rowcount))


def _ran(connection: Connection, statement: str, values: Values, outcome: Callable[[Any], T]) -> T:
    driver: Any = connection.connection.driver_connection
    try:
        return outcome(driver.execute(statement, values))
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_ours(connection, statement, error) from error


def look(connection: Connection, select: ClauseElement, **told: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query that is made once and asked often, with what its bound names mean this time."""
    compiled = _compiled(select, connection.dialect)
    values = compiled.construct_params(told) or {}
    ordered = getattr(compiled, "positiontup", None)
    return ask(connection, str(compiled), [values[name] for name in ordered] if ordered else values)


def as_ours(connection: Connection, statement: str, error: Exception) -> BaseException:
    """Return a driver's error as SQLAlchemy tells it: who tries again looks at that."""
    dialect, base = connection.dialect, connection.dialect.loaded_dbapi.Error
    gone = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    return DBAPIError.instance(statement, None, error, base, True, gone, dialect)


@lru_cache(100)
def _compiled(select: ClauseElement, dialect: Dialect) -> Compiled:
    return select.compile(dialect=dialect)
