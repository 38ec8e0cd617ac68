"""Column types and the base that every table shares.

Knows how an instant, a JSON value and a shop's row are stored on SQLite and on PostgreSQL.
"""

from __future__ import annotations

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
    """An aware UTC datetime. SQLite keeps no zone, so it is taken off on the way in and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value in UTC; a naive one is a bug and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the stored instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
