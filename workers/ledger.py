"""The ledger of entries: what customers have done in flows so far, read in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.extensions import db
from app.lists import in_shop
from app.models import Code, Coupon, Redemption, Run
from app.models.runs import ACTIVE
from graph.reentry import Record


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
        self.of(flow_id, customer_id).note(key, at)
        self.busy.setdefault(customer_id, set()).add(flow_id)

    def elsewhere(self, flow_id: int, customer_id: int) -> bool:
        """Whether this customer is on their way in another flow."""
        return bool(self.busy.get(customer_id, set()) - {flow_id})

    @staticmethod
    def read(shop_id: int, people: Collection[int], now: datetime) -> Ledger:
        """Return the ledger of these customers: two queries, however many they are."""
        theirs = in_shop(shop_id, Run.customer_id, people)
        columns = Run.flow_id, Run.customer_id, Run.entry_key, Run.started_at, Run.status, Run.code_id
        ledger, codes = Ledger(), False
        for run in db.session.execute(select(*columns).where(theirs)):
            ledger.of(run.flow_id, run.customer_id).note(run.entry_key, run.started_at, run.status in ACTIVE)
            if run.status in ACTIVE:
                ledger.busy.setdefault(run.customer_id, set()).add(run.flow_id)
            codes = codes or run.code_id is not None
        for flow_id, customer_id in _offers(theirs, now) if codes else ():
            ledger.of(flow_id, customer_id).offer = True
        return ledger


def _offers(theirs: ColumnElement[bool], now: datetime) -> Iterator[tuple[int, int]]:
    """Yield who holds a code of the flow that still works and that they have not used (OFFER-20)."""
    used = exists().where(Redemption.code_id == Code.id, Redemption.customer_id == Run.customer_id)
    lives = (
        or_(Code.ends_at.is_(None), Code.ends_at > now),
        or_(Coupon.ends_at.is_(None), Coupon.ends_at > now),
    )
    held = and_(Code.state.in_(("reserved", "issued")), Coupon.status == "active", ~used, *lives)
    query: Any = select(Run.flow_id, Run.customer_id).distinct().join(Code, Code.id == Run.code_id)
    rows: Any = db.session.execute(query.join(Coupon, Coupon.id == Code.coupon_id).where(theirs, held))
    yield from rows
