"""Questions: statements whose words are always the same. They are put together once, and then only asked.

SQLAlchemy takes twenty times as long over a small statement as the database over its answer. A batch of a thousand rows
does not notice that, a delivery that comes alone pays for it at every look. So what is asked again and again is written

    @classmethod
    @asks
    def _by_email(cls) -> Any:
        return select(cls.email, cls.id).where(in_shop(told("shop_id"), cls.email, told("emails")))

and asked by `cls._by_email(shop_id=1, emails=["a@b.c"])`. What is given by place chooses the words, what is given by
name is what they mean this time. Lists are told through `app.lists`.

It goes past the session to the driver: what the session has not flushed is not seen, and objects in it hear nothing of
a change. Knows how values travel. Must not know what is asked.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial, wraps
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, bindparam
from sqlalchemy.types import TypeEngine

from app import driver
from app.extensions import db
from app.ready import bound

Build = Callable[..., Any]  # returns a statement
MOST = 500  # statements that are kept ready


def told(name: str) -> BindParameter[Any]:
    """Return a name in a statement, which is told when it is asked; no column that it sets may be called the same."""
    return bindparam(name)


def at_hand() -> Connection:
    """Return the connection of the session's transaction, which begins with it."""
    session = db.session()
    begun = session.get_transaction()
    transaction, found = session.info.get("connection", (None, None))
    if begun is None or begun is not transaction:
        found = session.connection()  # takes longer than what is asked on it
        session.info["connection"] = session.get_transaction(), found
    way: Connection = found
    return way


def asks(build: Build) -> Callable[..., list[Any]]:
    """Have a query built once; return its rows, as named tuples."""

    @wraps(build)
    def asked(*words: Any, **means: Any) -> list[Any]:
        way = at_hand()
        return _statement(build, words, way.dialect.name).rows(way, means)

    return asked


def on(way: driver.Way, question: Callable[..., list[Any]], **means: Any) -> list[Any]:
    """Ask such a query, whose words nothing chooses, on another way to the database than the session's own."""
    build: Any = question.__wrapped__  # type: ignore[attr-defined]
    return _statement(build, (), way.dialect.name).rows(way, means)


def changes(build: Build) -> Callable[..., int]:
    """Have an UPDATE, INSERT or DELETE built once; return how many rows it changed: the count says who won."""

    @wraps(build)
    def changed(*words: Any, **means: Any) -> int:
        way = at_hand()
        return _statement(build, words, way.dialect.name).count(way, means)

    return changed


def each(build: Build) -> Callable[..., int]:
    """Have an UPDATE or DELETE built once and run for each of these rows, in one go; return how many rows changed."""

    @wraps(build)
    def changed(*words: Any, rows: Sequence[Mapping[str, Any]]) -> int:
        way = at_hand()
        return _statement(build, words, way.dialect.name).count_each(way, rows) if rows else 0

    return changed


@lru_cache(MOST)
def _statement(build: Build, words: tuple[Any, ...], _database: str) -> Statement:
    return Statement(build(*words), db.engine.dialect)


class Statement:
    """A statement in the words of one database, and how what it is told and what it finds is turned."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._text, self._order = str(compiled), getattr(compiled, "positiontup", None)
        if "POSTCOMPILE" in self._text:
            raise ValueError(f"a list stands in its words, which would be others each time: {self._text}")
        kinds = {name: each.type for name, each in compiled.binds.items()}
        self._ready = {name: bound(kind, dialect) for name, kind in kinds.items()}
        given = {name: each.effective_value for name, each in compiled.binds.items() if not each.required}
        self._given = self._turned(given)
        columns = list(statement.exported_columns)
        row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        self._row = partial(tuple.__new__, row)  # past the class's own way, which is written in Python
        found = [_found(column.type, dialect) for column in columns]
        self._found = [(place, turn) for place, turn in enumerate(found) if turn]

    def rows(self, way: driver.Way, means: Mapping[str, Any]) -> list[Any]:
        """Return what is found."""
        found = driver.ask(way, self._text, self._values(means))
        if not found or not self._found:
            return list(map(self._row, found))
        columns: list[Any] = list(zip(*found, strict=True))
        for place, turn in self._found:
            columns[place] = [None if value is None else turn(value) for value in columns[place]]
        return list(map(self._row, zip(*columns, strict=True)))

    def count(self, way: Connection, means: Mapping[str, Any]) -> int:
        """Return how many rows are changed."""
        return driver.change(way, self._text, self._values(means))

    def count_each(self, way: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Return how many rows are changed in all."""
        return driver.change_each(way, self._text, [self._values(means) for means in rows])

    def _values(self, means: Mapping[str, Any]) -> driver.Values:
        values = self._given | self._turned(means)
        return tuple([values[name] for name in self._order]) if self._order is not None else values

    def _turned(self, means: Mapping[str, Any]) -> dict[str, Any]:
        ready = self._ready
        return {
            name: value if value is None or (turn := ready[name]) is None else turn(value)
            for name, value in means.items()
        }


def _found(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
