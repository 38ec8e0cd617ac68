"""Young tables: PostgreSQL plans by what it last knew of a table, and its own look comes once a minute at best.

An instance that is filled at once would crawl until then: a table that was empty when a plan was made is read whole, or
by the wrong index, for each row that refers to it. So a heart has a table looked at as soon as it has tripled.
"""

from __future__ import annotations

from sqlalchemy import text

from app.extensions import db
from app.unit import unit

GROWN = text(
    "SELECT tables.relname FROM pg_stat_user_tables AS tables JOIN pg_class ON pg_class.oid = tables.relid "
    "WHERE n_mod_since_analyze > 1000 AND n_mod_since_analyze > 2 * greatest(reltuples, 0)"
)


def look() -> list[str]:
    """Have the tables looked at that have grown to a multiple of what is known of them; return their names."""
    if db.engine.dialect.name != "postgresql":
        return []
    grown = sorted(db.session.scalars(GROWN))
    db.session.rollback()
    for name in grown:
        unit(lambda name=name: db.session.execute(text(f'ANALYZE "{name}"')))  # type: ignore[misc]
    return grown
