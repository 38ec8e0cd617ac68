"""Column types and the base that every table shares.

Knows how an instant, a JSON value and a shop's row are stored on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKeyConstraint, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps no zone, so it is taken off on the way in and put back.

    Read and written for each row of each batch, and so without the usual detour over the type that it decorates.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Return what makes a value ready for the driver; a naive one is a bug and raises ValueError."""
        ready = _as_text if dialect.name == "sqlite" else _in_utc
        return lambda value: None if value is None else ready(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what makes a stored instant aware, in UTC."""
        found = _of_text if dialect.name == "sqlite" else _in_utc
        return lambda value: None if value is None else found(value)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without a zone cannot be stored")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime) -> str:
    return _in_utc(value).isoformat(" ", "microseconds")[:26]


def _of_text(stored: str) -> datetime:
    return datetime.fromisoformat(f"{stored}+00:00")


class later(FunctionElement[datetime]):  # noqa: N801 (reads as the function that it is)
    """SQL: an instant, whole seconds later: `later(column, timedelta)`."""

    name = "later"
    type = Instant()
    inherit_cache = False  # the seconds are part of the text

    def __init__(self, instant: Any, by: timedelta) -> None:
        super().__init__(instant)
        self.seconds = int(by.total_seconds())


@compiles(later)
def _added(element: later, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.clauses, **options)} + INTERVAL '{element.seconds} seconds'"


@compiles(later, "sqlite")
def _spelled(element: later, compiler: Any, **options: Any) -> str:
    # Kept as text, to the microsecond: SQLite reckons in milliseconds, so the fraction is carried over as it is.
    instant = compiler.process(element.clauses, **options)
    return (
        f"strftime('%Y-%m-%d %H:%M:%S', {instant}, '{element.seconds:+d} seconds') || substr({instant}, 20)"
    )


def same_shop(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that the database refuses when the two rows belong to different shops."""
    return ForeignKeyConstraint(["shop_id", column], [f"{table}.shop_id", f"{table}.id"])
