"""The ledger of entries: what customers have done in flows so far, read in bulk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select

from app.lists import in_shop
from app.models import Code, Coupon, Redemption, Run
from app.models.runs import ACTIVE
from app.questions import asks, told
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
        ledger, codes = Ledger(), False
        for run in _entries(shop_id=shop_id, people=people):
            ledger.of(run.flow_id, run.customer_id).note(run.entry_key, run.started_at, run.status in ACTIVE)
            if run.status in ACTIVE:
                ledger.busy.setdefault(run.customer_id, set()).add(run.flow_id)
            codes = codes or run.code_id is not None
        for held in _offers(shop_id=shop_id, people=people, now=now) if codes else ():
            ledger.of(held.flow_id, held.customer_id).offer = True
        return ledger


@asks
def _entries() -> Any:
    columns = Run.flow_id, Run.customer_id, Run.entry_key, Run.started_at, Run.status, Run.code_id
    return select(*columns).where(in_shop(told("shop_id"), Run.customer_id, told("people")))


@asks
def _offers() -> Any:
    """SQL: who holds a code of the flow that still works and that they have not used (OFFER-20)."""
    theirs, now = in_shop(told("shop_id"), Run.customer_id, told("people")), told("now")
    used = exists().where(Redemption.code_id == Code.id, Redemption.customer_id == Run.customer_id)
    lives = [or_(each.ends_at.is_(None), each.ends_at > now) for each in (Code, Coupon)]
    given = or_(Code.state == "reserved", Code.state == "issued")
    held = and_(given, Coupon.status == "active", ~used, *lives)
    query = select(Run.flow_id, Run.customer_id).distinct().join(Code, Code.id == Run.code_id)
    return query.join(Coupon, Coupon.id == Code.coupon_id).where(theirs, held)
