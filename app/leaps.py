"""Leaps: the different values of a column, found by going from one to the next through an index that begins with it.

It costs as many seeks as there are values, however many rows have each.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, func, select


def leaps(key: Any, waits: Any) -> CTE:
    """SQL: the values of `key` among the rows where `waits`, as the column `id`, and a NULL behind the last."""
    leap = select(func.min(key).label("id")).where(waits).cte("leap", recursive=True)
    further = select(func.min(key)).where(waits, key > leap.c.id).scalar_subquery()
    return leap.union_all(select(further).where(leap.c.id.is_not(None)))
