"""What time it is: the only place that asks the machine.

The demo shop has a clock that its merchant can move on. How far it was moved is a row; everybody
reads time through `now(shop_id)` and nobody else knows. An instance without a demo has no such row.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.questions import asks

# How far a shop's clock may run ahead: far enough for every wait, and near enough for every calendar and token.
FURTHEST = timedelta(days=730)


class Clock(db.Model):
    """How far one shop's time runs ahead of the world's, in seconds. Only demo shops have a row."""

    __tablename__ = "clock"
    shop_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ahead: Mapped[int] = mapped_column(default=0)


def real() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never run backwards, for leases and steadiness, never for the customer's time."""
    return time.monotonic()


def counted() -> float:
    """Seconds counted since the machine started, those it slept included: what no setting of the clock changes."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def now(shop_id: int | None = None) -> datetime:
    """The time in a shop (aware, UTC); without a shop, the machine's."""
    return real() + timedelta(seconds=_ahead().get(shop_id, 0) if shop_id else 0)


def due(column: Any, shop_column: Any) -> ColumnElement[bool]:
    """SQL: the instant in `column` has come for the shop in `shop_column`."""
    clauses = [column <= real()]
    for shop_id, ahead in _ahead().items():
        clauses.append(and_(shop_column == shop_id, column <= real() + timedelta(seconds=ahead)))
    return or_(*clauses)


def at(shop_column: Any) -> ColumnElement[datetime]:
    """SQL: the time in the shop in `shop_column`: one value for a query that looks at one shop's rows at a time."""
    ahead = {shop_id: real() + timedelta(seconds=by) for shop_id, by in _ahead().items()}
    theirs = {shop_id: literal(instant, Instant) for shop_id, instant in ahead.items()}
    world = literal(real(), Instant)
    return case(theirs, value=shop_column, else_=world) if theirs else world


def ahead(shop_column: Any) -> ColumnElement[int]:
    """SQL: by how many seconds the shop in `shop_column` is ahead of the world, for `shown`."""
    return func.coalesce(select(Clock.ahead).where(Clock.shop_id == shop_column).scalar_subquery(), 0)


def shown(ahead: int) -> datetime:
    """The time in a shop that is so far ahead."""
    return real() + min(timedelta(seconds=ahead), FURTHEST)


def start(shop_id: int) -> None:
    """Give a demo shop a clock of its own, which shows the world's time."""
    db.session.add(Clock(shop_id=shop_id, ahead=0))
    db.session().info.pop("ahead", None)


def skip(shop_id: int, delta: timedelta) -> bool:
    """Move a demo shop's clock on; False if it has none, the step is not forwards, or it leads beyond FURTHEST."""
    if not timedelta(0) < delta <= FURTHEST:
        return False
    db.session().info.pop("ahead", None)
    then = Clock.ahead + int(delta.total_seconds())
    moved = update(Clock).where(Clock.shop_id == shop_id, then <= FURTHEST.total_seconds())
    return bool(db.session.execute(moved.values(ahead=then)).rowcount)


def _ahead() -> dict[int, int]:
    # One tiny row at the most: reading it once a transaction is cheaper than being wrong for a second.
    session = db.session()
    transaction, found = session.info.get("ahead", (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        # Whatever it says, no time is beyond the calendar: that would stop every shop, not only this one.
        most = int(FURTHEST.total_seconds())
        found = {id: min(ahead, most) for id, ahead in _clocks()}
        session.info["ahead"] = session.get_transaction(), found
    return dict(found)


@asks
def _clocks() -> Any:
    return select(Clock.shop_id, Clock.ahead)
