"""Measures: what is counted of a flow, and from which rows. Each is defined here once.

The heart folds what has happened up to some instant into the days (dailies.py), and a page adds what has happened
since: both ask the same query, for another stretch of time. So each kind of fact has one instant that never changes
once it is written, by which the stretches part; and where the day it counts for is another one (a mail opened on
Tuesday counts for the Monday on which it was sent), that instant too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    literal_column,
    select,
    union_all,
    values,
)

from app.columns import Instant
from app.extensions import db
from app.models.events import Refusal
from app.models.messages import Message
from app.models.offers import Offer
from app.models.periods import day_of
from app.models.postings import LINE, PARTS, Posting, credits_now
from app.models.runs import Run, Step
from app.models.tracking import Attribution, Visit

Key = tuple[int, str, str, str, date | None]  # flow, node, measure, detail, day
Bounds = Sequence[tuple[date, datetime, datetime]]
NOWHERE: Any = literal("")
COLON: Any = literal_column("':'")  # as it stands: PostgreSQL takes two bound values for different ones


@dataclass(frozen=True)
class Stretch:
    """From `since` (None: the beginning), inside, to `until` (None: now), outside. For these flows of a shop."""

    shop_id: int
    flows: Collection[int]
    zone: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Fact:
    """A kind of row that is counted: `at` is the instant that parts the stretches, `numbers` the measures it gives."""

    table: Any
    at: Any
    numbers: Mapping[str, Any]
    node: Any = NOWHERE
    detail: Any = NOWHERE
    counts_for: Any = None  # the instant whose day it counts for, where that is not `at`
    where: tuple[Any, ...] = field(default=())

    def ever(self, stretch: Stretch) -> Counter[Key]:
        """Return what the stretch adds to the whole life of the flows, with no day in the keys."""
        return self._counted(self._in(stretch, literal(None)))

    def by_day(self, stretch: Stretch, bounds: Bounds) -> Counter[Key]:
        """Return what happened on these days of the stretch, each with the day that it counts for."""
        if self.counts_for is not None:
            return self._counted(self._in(stretch, self.counts_for), lambda at: day_of(at, stretch.zone))
        # A join with the days lets each database count them in one walk over its index, with no function of its own.
        clipped = [(day, start, stop) for day, start, stop in bounds if _meets(stretch, start, stop)]
        if not clipped:
            return Counter()
        day = values(column("day", Date), column("start", Instant), column("stop", Instant), name="day").data(
            clipped
        )
        days = day.cte("days")
        return self._counted(
            self._in(stretch, days.c.day).join(days, and_(self.at >= days.c.start, self.at < days.c.stop))
        )

    def first(self, shop_id: int, flows: Collection[int]) -> datetime | None:
        """Return the instant of the first such row, or None."""
        mine = select(func.min(self.at)).where(self.flow.in_(flows), self._columns.shop_id == shop_id)
        found: datetime | None = db.session.scalar(mine)
        return found

    @property
    def flow(self) -> Any:
        """The column that says which flow a row belongs to."""
        return self._columns.flow_id

    @property
    def _columns(self) -> Any:
        return getattr(self.table, "__table__", self.table).c

    def _in(self, stretch: Stretch, when: Any) -> Select[Any]:
        named = [(self.flow, "flow"), (self.node, "node"), (self.detail, "detail"), (when, "counts_for")]
        numbers = [number.label(name) for name, number in self.numbers.items()]
        query = select(*[column.label(name) for column, name in named], *numbers).select_from(self.table)
        query = query.where(
            self.flow.in_(stretch.flows), self._columns.shop_id == stretch.shop_id, *self.where
        )
        query = query.where(self.at >= stretch.since) if stretch.since else query.where(self.at.is_not(None))
        query = query.where(self.at < stretch.until) if stretch.until else query
        return query.group_by(*[column for column, _name in named if not isinstance(column, BindParameter)])

    def _counted(
        self, query: Select[Any], day: Callable[[Any], date | None] = lambda day: day
    ) -> Counter[Key]:
        found: Counter[Key] = Counter()
        for flow, node, detail, when, *numbers in db.session.execute(query):
            for measure, number in zip(self.numbers, numbers, strict=True):
                found[flow, node, measure, detail, day(when)] += int(number or 0)
        return found


def _meets(stretch: Stretch, start: datetime, stop: datetime) -> bool:
    return (stretch.since is None or stop > stretch.since) and (
        stretch.until is None or start < stretch.until
    )


def _entries() -> Any:
    """SQL: the lines of the book, and those that older credits deserve until they are written into it."""
    written = select(*[getattr(Posting, name) for name in LINE], Posting.posted_at)
    unwritten = (
        credits_now().add_columns(Attribution.at.label("posted_at")).where(Attribution.posted_at.is_(None))
    )
    return union_all(written, unwritten).subquery("entry")


_TO_CUSTOMER = (Message.audience == "customer",)
_ONE: dict[str, Any] = {
    "node": Message.node,
    "counts_for": func.coalesce(Message.sent_at, Message.prepared_at),
    "where": _TO_CUSTOMER,
}
_entry = _entries()
_coupon = _entry.c.rule == "coupon"
_sales = _entry.c.gross - _entry.c.discounts - _entry.c.returns + _entry.c.taxes + _entry.c.shipping


def _how_many(name: str) -> dict[str, Any]:
    return {name: func.count()}


FACTS = (
    Fact(Run, Run.started_at, _how_many("entered")),
    Fact(Step, Step.at, _how_many("passed"), node=Step.node, detail=Step.port),
    Fact(Run, Run.ended_at, _how_many("ended"), node=Run.node, detail=Run.status + COLON + Run.reason),
    Fact(Refusal, Refusal.at, _how_many("refused"), detail=Refusal.reason),
    Fact(Message, Message.sent_at, _how_many("reach"), node=Message.node, where=_TO_CUSTOMER),
    Fact(Message, Message.closed_at, _how_many("withheld"), node=Message.node,
         detail=Message.state + COLON + Message.reason),
    Fact(Message, Message.bounced_at, _how_many("bounced"), **_ONE),
    Fact(Message, Message.opened_at, _how_many("opened"), **_ONE),
    Fact(Message, Message.machine_opened_at, _how_many("fetched"), **_ONE),
    Fact(Message, Message.clicked_at, _how_many("clicked"), **_ONE),
    Fact(Visit, Visit.at, _how_many("visits")),
    Fact(Offer, Offer.granted_at, _how_many("offers")),
    Fact(_entry, _entry.c.posted_at, {
        "orders": func.sum(_entry.c.orders), "recovered": func.sum(_entry.c.recovered), "sales": func.sum(_sales),
        "code_orders": func.sum(case((_coupon, _entry.c.orders), else_=0)),
        "code_sales": func.sum(case((_coupon, _sales), else_=0)),
        "recovered_sales": func.sum(_sales * func.abs(_entry.c.recovered)),
        **{part: func.sum(_entry.c[part]) for part in PARTS},
    }, node=_entry.c.node, detail=_entry.c.currency, counts_for=_entry.c.at),
)  # fmt: skip
NAMES = tuple(name for fact in FACTS for name in fact.numbers)
OF_STEPS = ("passed",)  # counted at their steps only: of a whole flow they say nothing


def giving(measures: Collection[str]) -> Iterator[Fact]:
    """Yield the kinds of facts that give any of these measures."""
    yield from (fact for fact in FACTS if not set(measures).isdisjoint(fact.numbers))
