"""What needs a person: flows that stopped themselves, runs that are stuck, mails of which nobody knows.

One count each, on indexes; a shop where all is well has an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.extensions import db
from app.models.flows import Flow
from app.models.messages import Message
from app.models.orders import Order
from app.models.runs import Run
from app.models.shops import Shop
from app.models.tracking import Attribution


@dataclass(frozen=True, slots=True)
class Credit:
    """An order that a flow brought: whose, how much, when."""

    order_id: int
    customer_id: int | None
    flow_id: int
    flow: str
    sales: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Attention:
    """How much waits for a person. `paused` are flows; the others are counts."""

    paused: tuple[Flow, ...]
    parked: int
    unknown: int

    def __bool__(self) -> bool:
        return bool(self.paused or self.parked or self.unknown)


def attention(shop_id: int) -> Attention:
    """Return what needs a person in this shop now."""
    paused = select(Flow).where(Flow.shop_id == shop_id, Flow.status == "paused").order_by(Flow.id)
    parked = select(func.count()).select_from(Run).where(Run.shop_id == shop_id, Run.status == "parked")
    unknown = (
        select(func.count())
        .select_from(Message)
        .where(Message.shop_id == shop_id, Message.state == "unknown")
    )
    return Attention(
        tuple(db.session.scalars(paused)), db.session.scalar(parked) or 0, db.session.scalar(unknown) or 0
    )


def missing(shop: Shop) -> tuple[str, ...]:
    """Return the fields that a lawful mail needs and this shop has not filled in yet."""
    return tuple(
        name for name in ("business_name", "postal_address", "sender_email") if not getattr(shop, name)
    )


def latest_credits(shop_id: int, most: int = 5) -> list[Credit]:
    """Return the last orders that flows are credited with, the newest first."""
    found = db.session.execute(
        select(Order.id, Order.customer_id, Flow.id, Flow.name, Attribution.sales, Attribution.at)
        .join(Order, (Order.id == Attribution.order_id) & (Order.shop_id == Attribution.shop_id))
        .join(Flow, (Flow.id == Attribution.flow_id) & (Flow.shop_id == Attribution.shop_id))
        .where(Attribution.shop_id == shop_id)
        .order_by(Attribution.at.desc())
        .limit(most)
    )
    return [Credit(*row) for row in found]
