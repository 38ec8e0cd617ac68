"""What needs a person, for Home: how much stands still, and what the shop has not said about itself yet.

One count each, on indexes; a shop where all is well has an empty list.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.extensions import db
from app.models import dailies, standstill
from app.models.bounces import Bounce
from app.models.dailies import Asked
from app.models.flows import Flow
from app.models.offers import Offer
from app.models.orders import Order
from app.models.periods import Period
from app.models.servers import ChannelTrouble
from app.models.shops import Shop
from app.models.tracking import Attribution

WEEK = 7  # days over which e-mails that come back are looked at
FEW = 10  # addresses: fewer that come back in a week are nobody's trouble
MUCH = 0.05  # of what was sent: Amazon SES reviews a sender of whom more comes back


@dataclass(frozen=True, slots=True)
class Returned:
    """How many e-mails of the last seven days came back, and of how many that were sent."""

    back: int
    sent: int


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
    """How much waits for a person. `paused` are flows, `resting` channels, `returned` what came back; else counts."""

    paused: tuple[Flow, ...]
    resting: tuple[ChannelTrouble, ...]
    parked: int
    unread: int
    unknown: int
    failed: int
    untold: int
    returned: Returned | None

    def __bool__(self) -> bool:
        stuck = self.paused or self.resting or self.parked or self.unread
        return bool(stuck or self.unknown or self.failed or self.untold or self.returned)

    @property
    def restored(self) -> int:
        """How many flows are held since a backup was put back."""
        return sum(flow.paused_reason == "restored" for flow in self.paused)


def attention(shop: Shop, now: datetime) -> Attention:
    """Return what needs a person in this shop now."""
    shop_id = shop.id
    return Attention(
        paused=tuple(standstill.flows_paused(shop_id)),
        resting=tuple(standstill.channels_resting(shop_id)),
        parked=sum(each.count for each in standstill.runs_parked(shop_id)),
        unread=sum(each.count for each in standstill.deliveries_parked(shop_id)),
        unknown=standstill.count_unknown(shop_id),
        failed=sum(each.count for each in standstill.messages_failed(shop_id, now)),
        untold=sum(each.count for each in standstill.calls_failed(shop_id, now)),
        returned=returned(shop, now),
    )


def returned(shop: Shop, now: datetime) -> Returned | None:
    """Return what came back in a week where it is more than mail providers put up with, else None."""
    if Bounce.addresses(shop.id, now - timedelta(days=WEEK)) < FEW:
        return None
    asked = Asked(shop.id, period=Period.rolling(now, shop.timezone, WEEK))
    numbers = Counter[str]()
    for (_flow, _node, measure, _detail, _day), number in dailies.counted(
        asked, ("reach", "bounced")
    ).items():
        numbers[measure] += number
    found = Returned(numbers["bounced"], numbers["reach"])
    return found if found.back > MUCH * found.sent else None


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
