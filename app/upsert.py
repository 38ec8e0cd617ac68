"""Inserting what may be there already, in the words that SQLite and PostgreSQL share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db


def insert(model: Any) -> Any:
    """Return this database's own INSERT into a model's table, which knows ON CONFLICT."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model.__table__)


def built_once(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have a model's statement that is always the same built once a database: that takes longer than to run it."""
    built: dict[str, Any] = {}

    @wraps(build)
    def asked(model: Any) -> Any:
        dialect = db.engine.dialect.name
        if dialect not in built:
            built[dialect] = build(model)
        return built[dialect]

    return asked


def once(model: Any, *columns: str) -> Any:
    """Return an INSERT that leaves a row alone when these columns are taken; its row count says who was first."""
    only_once = insert(model).on_conflict_do_nothing(index_elements=list(columns))
    # SQLAlchemy keeps the count of an INSERT only when asked; psycopg says -1 once its cursor is closed.
    return only_once.execution_options(preserve_rowcount=True)
