"""Driver: what is asked so often that it goes straight to the database's driver, past what SQLAlchemy does around it.

In the transaction of the connection that is given, which may be a wire, and with errors as everybody here knows them.
Knows how statements travel. Must not know what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]
MARKS = {"sqlite": "?", "postgresql": "%s"}  # of a value that is told by its place


class Wire:
    """A connection of the pool with nothing of SQLAlchemy's around it; what was not committed when it closes is undone.

    `app.unit.bare_unit` opens it. Raises what SQLAlchemy raises where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self.dialect = engine.dialect
        try:
            self.connection = engine.raw_connection()
        except self.dialect.loaded_dbapi.Error as error:
            raise _told(self.dialect, "", error, gone=False) from error

    def commit(self) -> None:
        """Keep what was written. Raises as `ask` does."""
        try:
            self.connection.commit()
        except self.dialect.loaded_dbapi.Error as error:
            raise as_ours(self, "COMMIT", error) from error

    def invalidate(self, error: BaseException) -> None:
        """Have nobody get this connection again: the other end is gone."""
        self.connection.invalidate(error)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


Way = Connection | Wire


def ask(connection: Way, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Run one statement with values as the driver takes them; return its rows, as the driver gives them."""
    return _ran(connection, statement, values, lambda cursor: cursor.fetchall() if cursor.description else [])


def change(connection: Way, statement: str, values: Values = ()) -> int:
    """Run one statement with values as the driver takes them; return how many rows it changed."""
    return _ran(connection, statement, values, lambda cursor: int(cursor.rowcount))


def change_each(connection: Way, statement: str, rows: Sequence[Values]) -> int:
    """Run one statement once for each of these rows, in one go; return how many rows it changed in all."""
    return _ran(connection, statement, rows, lambda cursor: int(cursor.rowcount), "executemany")


def _ran(
    connection: Way, statement: str, values: Any, outcome: Callable[[Any], T], how: str = "execute"
) -> T:
    driver: Any = connection.connection.driver_connection
    try:
        cursor = driver.cursor()
        getattr(cursor, how)(statement, values)
        return outcome(cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_ours(connection, statement, error) from error


def as_ours(connection: Way, statement: str, error: Exception) -> BaseException:
    """Return a driver's error as SQLAlchemy tells it: who tries again looks at that."""
    gone = connection.dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    return _told(connection.dialect, statement, error, gone)


def _told(dialect: Dialect, statement: str, error: Exception, gone: bool) -> BaseException:
    return DBAPIError.instance(statement, None, error, dialect.loaded_dbapi.Error, True, gone, dialect)
