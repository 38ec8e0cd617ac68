"""Inserting what may be there already, in the words that SQLite and PostgreSQL share."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db


def insert(model: Any) -> Any:
    """Return this database's own INSERT into a model's table, which knows ON CONFLICT."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model.__table__)


def once(model: Any, *columns: str) -> Any:
    """Return an INSERT that leaves a row alone when these columns are taken; its row count says who was first."""
    only_once = insert(model).on_conflict_do_nothing(index_elements=list(columns))
    # SQLAlchemy keeps the count of an INSERT only when asked; psycopg says -1 once its cursor is closed.
    return only_once.execution_options(preserve_rowcount=True)
