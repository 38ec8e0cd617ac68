"""An offer is a coupon promised to one customer in the shop's own pages.

It is a snapshot: what the merchant changes later does not change what a customer holds (OFFER-19). Whether it is shown
and whether its code is taken are two questions (OFFER-27): switching the flow off answers the first only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.models.coupons import Bill, Code, Declined
from app.models.flows import Flow
from app.unit import changed

LOOKED_AT = 20  # the newest offers of a customer: an older one that still holds would have kept these away
ENOUGH = Bill(items=10**12)  # a bill that meets any minimum: an offer holds before the cart is full


class Offer(db.Model):
    """One banner for one customer, with the code it promises; `seen_at` is when they first saw it."""

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("message_id"),
        same_shop("message_id", "message"),
        same_shop("flow_id", "flow"),
        same_shop("customer_id", "customer"),
        same_shop("code_id", "code"),
        Index("ix_offer_customer", "shop_id", "customer_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    customer_id: Mapped[int] = mapped_column()
    message_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    code_id: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    image: Mapped[str] = mapped_column(String(500), default="")
    granted_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def held(cls, shop_id: int, customer_id: int, now: datetime) -> Offer | None:
        """Return the offer whose code this customer could still use, shown or not (OFFER-18, 20), or None."""
        return next((offer for offer, _code, _flow in cls._open(shop_id, customer_id, now)), None)

    @classmethod
    def shown(cls, shop_id: int, customer_id: int, now: datetime) -> tuple[Offer, Code] | None:
        """Return the offer that this customer is to see with its code (OFFER-03), or None.

        The first end counts: its conditions used up, its code over or deleted, its flow off or gone.
        """
        for offer, code, flow in cls._open(shop_id, customer_id, now):
            if flow.status in ("live", "paused") and flow.epoch == offer.epoch:
                return offer, code
        return None

    @classmethod
    def _open(cls, shop_id: int, customer_id: int, now: datetime) -> Iterator[tuple[Offer, Code, Flow]]:
        theirs = select(cls, Code, Flow).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        theirs = theirs.join(Code, Code.id == cls.code_id).join(Flow, Flow.id == cls.flow_id)
        for offer, code, flow in db.session.execute(theirs.order_by(cls.id.desc()).limit(LOOKED_AT)):
            try:
                Code.examine(shop_id, code.code, ENOUGH, customer_id, now)
            except Declined:
                continue
            yield offer, code, flow

    @classmethod
    def seen(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Record the first time that an offer was on screen; False when it was known."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.seen_at.is_(None))
        return bool(changed(mine.values(seen_at=now)))
