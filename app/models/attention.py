"""What needs a person, for Home: how much stands still, and what the shop has not said about itself yet.

One count each, on indexes; a shop where all is well has an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.models import standstill
from app.models.flows import Flow
from app.models.offers import Offer
from app.models.orders import Order
from app.models.servers import ChannelTrouble
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
    """How much waits for a person. `paused` are flows, `resting` channels; the others are counts."""

    paused: tuple[Flow, ...]
    resting: tuple[ChannelTrouble, ...]
    parked: int
    unread: int
    unknown: int

    def __bool__(self) -> bool:
        return bool(self.paused or self.resting or self.parked or self.unread or self.unknown)

    @property
    def restored(self) -> int:
        """How many flows are held since a backup was put back."""
        return sum(flow.paused_reason == "restored" for flow in self.paused)


def attention(shop_id: int) -> Attention:
    """Return what needs a person in this shop now."""
    return Attention(
        paused=tuple(standstill.flows_paused(shop_id)),
        resting=tuple(standstill.channels_resting(shop_id)),
        parked=sum(each.count for each in standstill.runs_parked(shop_id)),
        unread=sum(each.count for each in standstill.deliveries_parked(shop_id)),
        unknown=standstill.count_unknown(shop_id),
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
        .where(Attribution.shop_id == shop_id, Attribution.flow_id.not_in(Offer.apart(shop_id)))
        .order_by(Attribution.at.desc())
        .limit(most)
    )
    return [Credit(*row) for row in found]
