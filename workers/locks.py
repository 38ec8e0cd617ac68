"""Locks: who must not run beside whom.

On SQLite a unit that writes is alone anyway; PostgreSQL has advisory locks that end with the transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.questions import asks, told

# One key space for all advisory locks of the product: the first number says what the second one counts.
SHOP = 1


def alone(shop_id: int) -> bool:
    """Be the only one who takes in and enrols for this shop until the commit; False when somebody else is.

    Two at once could each miss what the other has not committed: a run begun here, an event there.
    """
    if db.engine.dialect.name != "postgresql":
        return True
    return bool(_taken(shop_id=shop_id)[0].taken)


@asks
def _taken() -> Any:
    return select(func.pg_try_advisory_xact_lock(SHOP, told("shop_id")).label("taken"))
