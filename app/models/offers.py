"""An offer is a coupon promised to one customer in the shop's own pages.

It is a snapshot: what the merchant changes later does not change what a customer holds (OFFER-19). Whether it is shown
and whether its code is taken are two questions (OFFER-27): switching the flow off answers the first only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.models.codes import Code, Redemption
from app.models.coupons import Coupon, Declined
from app.models.flows import Flow
from app.unit import changed
from graph.recipes import offers

LOOKED_AT = 20  # the newest offers of a customer: an older one that still holds would have kept these away


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
        Index("ix_offer_flow", "flow_id", "granted_at"),
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
        """Yield the offers whose code this customer could still use with the right cart, the newest first."""
        theirs = select(cls, Code, Coupon, Flow).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        theirs = theirs.join(Code, Code.id == cls.code_id).join(Coupon, Coupon.id == Code.coupon_id)
        theirs = theirs.join(Flow, Flow.id == cls.flow_id).order_by(cls.id.desc()).limit(LOOKED_AT)
        for offer, code, coupon, flow in db.session.execute(theirs):
            try:
                code.check(coupon, customer_id, now)
            except Declined:
                continue
            yield offer, code, flow

    @classmethod
    def seen(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Record the first time that an offer was on screen; False when it was known."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.seen_at.is_(None))
        return bool(changed(mine.values(seen_at=now)))

    @classmethod
    def unused(cls, shop_id: int, flow_id: int, now: datetime) -> int:
        """Return how many customers hold an offer of this flow whose code they could still use."""
        used = select(Redemption.id).where(
            Redemption.code_id == Code.id, Redemption.customer_id == cls.customer_id
        )
        held = select(func.count(cls.customer_id.distinct())).where(
            cls.shop_id == shop_id, cls.flow_id == flow_id
        )
        held = held.join(Code, Code.id == cls.code_id).join(Coupon, Coupon.id == Code.coupon_id)
        lives = [or_(each.is_(None), each > now) for each in (Code.ends_at, Coupon.ends_at)]
        good = Coupon.status == "active", Code.state == "issued", ~used.exists()
        return db.session.scalar(held.where(*good, *lives)) or 0

    @classmethod
    def recipients(cls, flows: Collection[int], since: datetime, until: datetime) -> dict[int, int]:
        """Return to how many customers each of these flows has given an offer; to the same one twice is one."""
        people = select(cls.flow_id, func.count(cls.customer_id.distinct())).where(
            cls.flow_id.in_(flows), cls.granted_at >= since, cls.granted_at < until
        )
        return {flow: count for flow, count in db.session.execute(people.group_by(cls.flow_id))}

    @classmethod
    def givers(cls, shop_id: int) -> set[int]:
        """Return the flows of a shop, deleted ones too, that have given an offer to somebody."""
        return set(db.session.scalars(select(Flow.id).where(Flow.shop_id == shop_id, cls._given())))

    @classmethod
    def _given(cls) -> ColumnElement[bool]:
        """SQL: whether a flow has given an offer."""
        return select(cls.id).where(cls.flow_id == Flow.id).exists()

    @classmethod
    def apart(cls, shop_id: int) -> set[int]:
        """Return the flows of a shop that speak by offers only: their figures belong to the shop channel (OFFER-16).

        Who has given none has no figures to keep apart, so that few drawings are read.
        """
        drawn = db.session.execute(select(Flow.id, Flow.draft).where(Flow.shop_id == shop_id, cls._given()))
        return {id for id, draft in drawn if offers.only(draft)}
