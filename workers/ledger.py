"""The ledger of entries: what customers have done in flows so far, read in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from app.bulk import among
from app.extensions import db
from app.models import Code, Coupon, Redemption, Run
from app.models.runs import ACTIVE
from workers.reentry import Record


@dataclass
class Ledger:
    """A Record for each flow and customer; whoever never entered has an empty one."""

    records: dict[tuple[int, int], Record] = field(default_factory=dict)
    busy: dict[int, set[int]] = field(default_factory=dict)  # by customer: the flows that they are in

    def of(self, flow_id: int, customer_id: int) -> Record:
        """Return what this customer has done in this flow."""
        return self.records.setdefault((flow_id, customer_id), Record())

    def enter(self, flow_id: int, customer_id: int, key: str, at: datetime) -> None:
        """Write down that somebody has entered a flow just now."""
        self.of(flow_id, customer_id).enter(key, at)
        self.busy.setdefault(customer_id, set()).add(flow_id)

    def elsewhere(self, flow_id: int, customer_id: int) -> bool:
        """Whether this customer is on their way in another flow."""
        return bool(self.busy.get(customer_id, set()) - {flow_id})

    @staticmethod
    def read(shop_id: int, entries: Sequence[tuple[int, int, str]], now: datetime) -> Ledger:
        """Return the ledger of these (flow, customer, entry key)s: four queries, however many there are."""
        theirs = _theirs(shop_id, entries)
        ledger = Ledger(busy=_busy(shop_id, {customer_id for _flow, customer_id, _key in entries}))
        for flow_id, customer_id, last, active in db.session.execute(_totals(theirs)):
            record = ledger.of(flow_id, customer_id)
            record.last, record.active = last, bool(active)
        keys = {key for _flow, _customer, key in entries}
        taken = select(Run.flow_id, Run.customer_id, Run.entry_key).where(*theirs, among(Run.entry_key, keys))
        for flow_id, customer_id, key in db.session.execute(taken):
            ledger.of(flow_id, customer_id).keys.add(key)
        for flow_id, customer_id in _offers(theirs, now):
            ledger.of(flow_id, customer_id).offer = True
        return ledger


def _theirs(shop_id: int, entries: Iterable[tuple[int, int, str]]) -> tuple[ColumnElement[bool], ...]:
    flows, people = {entry[0] for entry in entries}, {entry[1] for entry in entries}
    return Run.shop_id == shop_id, among(Run.customer_id, people), Run.flow_id.in_(flows)


def _busy(shop_id: int, people: set[int]) -> dict[int, set[int]]:
    active = (
        select(Run.customer_id, Run.flow_id).distinct().where(Run.shop_id == shop_id, Run.status.in_(ACTIVE))
    )
    found: dict[int, set[int]] = {}
    for customer_id, flow_id in db.session.execute(active.where(among(Run.customer_id, people))):
        found.setdefault(customer_id, set()).add(flow_id)
    return found


def _totals(theirs: Sequence[ColumnElement[bool]]) -> Select[Any]:
    active = func.sum(case((Run.status.in_(ACTIVE), 1), else_=0))
    totals: Any = select(Run.flow_id, Run.customer_id, func.max(Run.started_at), active)
    grouped: Select[Any] = totals.where(*theirs).group_by(Run.flow_id, Run.customer_id)
    return grouped


def _offers(theirs: Sequence[ColumnElement[bool]], now: datetime) -> Iterator[tuple[int, int]]:
    """Yield who holds a code of the flow that still works and that they have not used (OFFER-20)."""
    used = exists().where(Redemption.code_id == Code.id, Redemption.customer_id == Run.customer_id)
    lives = (
        or_(Code.ends_at.is_(None), Code.ends_at > now),
        or_(Coupon.ends_at.is_(None), Coupon.ends_at > now),
    )
    held = and_(Code.state.in_(("reserved", "issued")), Coupon.status == "active", ~used, *lives)
    query: Any = select(Run.flow_id, Run.customer_id).distinct().join(Code, Code.id == Run.code_id)
    rows: Any = db.session.execute(query.join(Coupon, Coupon.id == Code.coupon_id).where(*theirs, held))
    yield from rows
