"""The days: what happened in each flow on each day of its shop, added up once, so that no page walks through history.

A heart folds what has happened up to an instant into the days and moves the shop's mark there, in one transaction:
whatever is before the mark is in the days, exactly once, and whatever is not is counted where it happened. A page does
both in one go. Rows that are older than the mark may be thrown away; what they counted for stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, String, and_, func, literal, or_, select, true, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.models import measures
from app.models.flows import Flow
from app.models.measures import OF_STEPS, Key, Stretch
from app.models.periods import Period
from app.models.shops import Shop
from app.unit import changed
from app.upsert import insert, once

EVER = date(1970, 1, 1)  # the day that stands for a flow's whole life
KEY = ("shop_id", "flow_id", "node", "measure", "day", "detail")


class Daily(db.Model):
    """One number: so many times (or minor units) of a measure on one day. `node` is empty for the flow as a whole."""

    __tablename__ = "daily"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it and nobody writes it)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True, autoincrement=False)
    flow_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    detail: Mapped[str] = mapped_column(String(140), primary_key=True)  # a port, a reason, a currency
    number: Mapped[int] = mapped_column(db.BigInteger)

    @classmethod
    def add(cls, shop_id: int, counted: Mapping[Key, int]) -> int:
        """Add what was counted by flow, node, measure, detail and day; return how many different things that were."""
        cells: Counter[tuple[Any, ...]] = Counter()
        for (flow, node, measure, detail, day), number in counted.items():
            places = {node} if measure in OF_STEPS else {node, ""}
            for place, when in ((place, when) for place in places for when in (day, EVER)):
                cells[shop_id, flow, place, measure, when, detail] += number
        rows = [dict(zip(KEY, key, strict=True)) | {"number": n} for key, n in sorted(cells.items()) if n]
        if rows:
            new = insert(cls)
            more = {"number": cls.number + new.excluded.number}
            added = new.on_conflict_do_update(index_elements=list(KEY), set_=more)
            db.session.connection().execute(added, rows)
        return len(rows)


class Folded(db.Model):
    """A shop's mark: everything before `until` is in the days.

    `next_until` is where the mark goes next, noticed at `noticed_at` by the machine's clock: only when that is long
    enough ago has everybody who read the time before it finished writing. `due_at` is when to look again. Both
    instants of the shop are in its own time, which a demo shop can move on.
    """

    __tablename__ = "folded"
    __table_args__ = (Index("ix_folded_due", "due_at"),)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True, autoincrement=False)
    until: Mapped[datetime | None] = mapped_column(Instant)
    next_until: Mapped[datetime] = mapped_column(Instant)
    noticed_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    words_until: Mapped[datetime | None] = mapped_column(
        Instant
    )  # older messages have been emptied (retention)

    @classmethod
    def due(cls, real: datetime, most: int) -> list[int]:
        """Return shops to look at: those that are due, the longest first, and those that have no mark yet."""
        waiting = select(Shop.id).outerjoin(cls, cls.shop_id == Shop.id)
        waiting = waiting.where(or_(cls.shop_id.is_(None), cls.due_at <= real))
        return list(db.session.scalars(waiting.order_by(cls.due_at, Shop.id).limit(most)))

    @classmethod
    def shops(cls) -> list[int]:
        """Return the shops that have anything in their days."""
        return list(
            db.session.scalars(select(cls.shop_id).where(cls.until.is_not(None)).order_by(cls.shop_id))
        )

    @classmethod
    def begin(cls, shop_id: int, now: datetime, real: datetime, due_at: datetime) -> None:
        """Make a shop's mark: nothing is folded, and what has happened by `now` will be next."""
        row = {"shop_id": shop_id, "until": None, "next_until": now, "noticed_at": real, "due_at": due_at}
        db.session.execute(once(cls, "shop_id").values(row))

    @classmethod
    def move(cls, shop_id: int, was: datetime | None, until: datetime) -> bool:
        """Move the mark; False when another heart has moved it."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.until.is_not_distinct_from(was))
        return bool(changed(mine.values(until=until)))

    @classmethod
    def notice(cls, shop_id: int, now: datetime, real: datetime, due_at: datetime) -> None:
        """Write down where the mark goes next, and when."""
        mine = update(cls).where(cls.shop_id == shop_id)
        db.session.execute(mine.values(next_until=now, noticed_at=real, due_at=due_at))

    @classmethod
    def rest(cls, shop_id: int, due_at: datetime) -> None:
        """Look again later."""
        db.session.execute(update(cls).where(cls.shop_id == shop_id).values(due_at=due_at))


@dataclass(frozen=True)
class Asked:
    """Whose figures: all flows of a shop, or one. With `period` by its days, without it over their whole life.

    `by_day` keeps the days apart; else the numbers of a period are added up, and the keys hold no day.
    """

    shop_id: int
    flow_id: int | None = None
    period: Period | None = None
    by_day: bool = False

    @property
    def flows(self) -> list[int]:
        """The flows that count: the one asked for, else all, deleted ones too unless their figures went with them."""
        if self.flow_id is not None:
            return [self.flow_id]
        mine = select(Flow.id).where(Flow.shop_id == self.shop_id, Flow.forgotten_at.is_(None))
        return list(db.session.scalars(mine))


def counted(asked: Asked, names: Collection[str], nodes: bool = False) -> Counter[Key]:
    """Return these measures up to this instant, by flow, node, measure, detail and day.

    `nodes`: those of each step; else those of the flows as a whole.
    """
    flows = asked.flows
    until, found = _folded(asked, flows, names, nodes)
    period = asked.period
    stretch = Stretch(asked.shop_id, flows, period.zone if period else "UTC", since=until)
    bounds = period.bounds(until) if period else []
    for fact in measures.giving(names) if flows else ():
        live = fact.by_day(stretch, bounds) if period else fact.ever(stretch)
        found.update(_wanted(live, asked, names, nodes))
    return found


def _folded(
    asked: Asked, flows: Collection[int], names: Collection[str], nodes: bool
) -> tuple[datetime | None, Counter[Key]]:
    """Return the mark and what is folded, by one statement: no heart can come between the two."""
    which = [Daily.shop_id == asked.shop_id, Daily.flow_id.in_(flows), Daily.measure.in_(names)]
    which.append(Daily.node != "" if nodes else Daily.node == "")
    period = asked.period
    which.append(Daily.day.between(period.first, period.last) if period else Daily.day == EVER)
    keys = (
        Daily.flow_id,
        Daily.node,
        Daily.measure,
        Daily.detail,
        Daily.day if asked.by_day else literal(None),
    )
    query: Any = select(Folded.until, *keys, func.sum(Daily.number)).select_from(
        select(literal(1).label("one")).subquery()
    )
    query = query.outerjoin(Folded, Folded.shop_id == asked.shop_id).outerjoin(Daily, and_(true(), *which))
    grouped = query.group_by(Folded.until, *keys[:4], *([Daily.day] if asked.by_day else []))
    rows = db.session.execute(grouped).all()
    found: Counter[Key] = Counter({tuple(row[1:6]): int(row[6]) for row in rows if row[1] is not None})
    return (rows[0][0] if rows else None), found


def _wanted(live: Mapping[Key, int], asked: Asked, names: Collection[str], nodes: bool) -> Counter[Key]:
    found: Counter[Key] = Counter()
    period = asked.period
    for (flow, node, measure, detail, day), number in live.items():
        if period and not (day and period.first <= day <= period.last):
            continue
        if measure in names and (measure not in OF_STEPS or nodes) and (node or not nodes):
            found[flow, node if nodes else "", measure, detail, day if asked.by_day else None] += number
    return found


def on_their_way(counted_: Mapping[Key, int]) -> dict[int, int]:
    """Return how many people are in each flow, from what was counted of its whole life: who came, less who left."""
    here: Counter[int] = Counter()
    for (flow, _node, measure, _detail, _day), number in counted_.items():
        here[flow] += number if measure == "entered" else -number if measure == "ended" else 0
    return {flow: number for flow, number in here.items() if number > 0}


def earliest(shop_id: int) -> datetime | None:
    """Return when the first thing that is counted happened in a shop, or None."""
    begun = [fact.first(shop_id, Asked(shop_id).flows) for fact in measures.FACTS]
    return min((at for at in begun if at), default=None)
