"""Figures: what the flows brought, by flow and by day.

Knows how reach, visits, orders and sales are counted: one grouped query a measure, whatever the number of flows. Must
not know a page, nor what time it is. A day here is a slice of 24 hours that ends when the period ends, so that "the
last 30 days" is always 30 whole days and compares fairly with the 30 before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Integer, Select, and_, column, func, select, values

from app.columns import Instant
from app.extensions import db
from app.models.messages import Message
from app.models.orders import Order
from app.models.tracking import Attribution, Visit

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The `days` whole days that end at `until` (aware UTC); `until` itself is outside."""

    until: datetime
    days: int = 30

    @property
    def since(self) -> datetime:
        """The first instant inside."""
        return self.until - self.days * DAY

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(self.since, self.days)

    def slices(self) -> list[tuple[int, datetime, datetime]]:
        """Return (place, first instant, first instant after it) for each day, the oldest first."""
        starts = [self.since + place * DAY for place in range(self.days)]
        return [(place, start, start + DAY) for place, start in enumerate(starts)]


@dataclass(frozen=True)
class Figures:
    """The four figures of the product, one number a day, the oldest first. Sales are minor units of the shop."""

    reach: tuple[int, ...]
    visits: tuple[int, ...]
    orders: tuple[int, ...]
    sales: tuple[int, ...]

    def total(self, measure: str) -> int:
        """Return one measure over the whole period."""
        return sum(getattr(self, measure))


MEASURES = ("reach", "visits", "orders", "sales")


def nothing(days: int) -> Figures:
    """Return the figures of a flow that has done nothing for so many days."""
    return Figures(*[(0,) * days for _measure in MEASURES])


def added(parts: Iterable[Figures], days: int) -> Figures:
    """Return the figures of several flows together, day by day."""
    all_parts = [nothing(days), *parts]
    return Figures(*[
        tuple(sum(day) for day in zip(*(getattr(part, measure) for part in all_parts), strict=True))
        for measure in MEASURES
    ])  # fmt: skip


def change(now: int, before: int) -> float | None:
    """Return the gain on the period before as a share of one; None when there is nothing to compare with."""
    return (now - before) / before if before else None


def by_flow(shop_id: int, period: Period, flow_id: int | None = None) -> dict[int, Figures]:
    """Return the figures of each flow of a shop that has any in the period, or of the one flow asked for."""
    days = _days(period)
    counted: dict[int, dict[str, list[int]]] = defaultdict(
        lambda: {name: [0] * period.days for name in MEASURES}
    )
    for table, measures, query in ((Message, ("reach",), _reach(days)), (Visit, ("visits",), _visits(days)),
                                   (Attribution, ("orders", "sales"), _orders(days))):  # fmt: skip
        query = query.where(table.shop_id == shop_id, *([table.flow_id == flow_id] if flow_id else []))
        for flow, place, *numbers in db.session.execute(query):
            for measure, number in zip(measures, numbers, strict=True):
                counted[flow][measure][place] = int(number)
    return {
        flow: Figures(**{name: tuple(days) for name, days in each.items()}) for flow, each in counted.items()
    }


def _days(period: Period) -> CTE:
    # A join with the days lets each database count them in one walk over its index, without a function of its own.
    day = values(column("place", Integer), column("start", Instant), column("stop", Instant), name="day")
    return day.data(period.slices()).cte("days")


def _daily(days: CTE, table: Any, at: Any, *numbers: Any) -> Select[Any]:
    inside = and_(at >= days.c.start, at < days.c.stop)
    return (
        select(table.flow_id, days.c.place, *numbers).join(days, inside).group_by(table.flow_id, days.c.place)
    )


def _reach(days: CTE) -> Select[Any]:
    """Reach (AUTO-20): messages to customers that the mail server took."""
    return _daily(days, Message, Message.sent_at, func.count()).where(Message.audience == "customer")


def _visits(days: CTE) -> Select[Any]:
    """Visits (AUTO-21): arrivals in the shop from a link of a message."""
    return _daily(days, Visit, Visit.at, func.count())


def _orders(days: CTE) -> Select[Any]:
    """Orders and sales (AUTO-22, AUTO-23): orders credited to the flow and not cancelled since."""
    query = _daily(days, Attribution, Attribution.at, func.count(), func.sum(Attribution.sales))
    return query.join(Order, Order.id == Attribution.order_id).where(Order.cancelled_at.is_(None))
