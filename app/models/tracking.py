"""What came back of a message: links that it carries, clicks, visits, and the orders they are credited with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db


class Click(db.Model):
    """One press of one link of one message. `machine` marks what a scanner or a prefetcher pressed."""

    __tablename__ = "click"
    __table_args__ = (same_shop("message_id", "message"), Index("ix_click_message", "message_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    message_id: Mapped[int] = mapped_column()
    target: Mapped[str] = mapped_column(String(500))
    machine: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(Instant)


class Visit(db.Model):
    """A customer's arrival in the shop from a message; presses within half an hour are one visit."""

    __tablename__ = "visit"
    __table_args__ = (same_shop("message_id", "message"), Index("ix_visit_flow", "flow_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    message_id: Mapped[int] = mapped_column()
    customer_id: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)


class Attribution(db.Model):
    """Which flow an order is credited to, and by which rule: the coupon first, then the last click."""

    __tablename__ = "attribution"
    __table_args__ = (
        UniqueConstraint("order_id"),
        same_shop("order_id", "purchase"),
        same_shop("flow_id", "flow"),
        Index("ix_attribution_flow", "flow_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column()
    node: Mapped[str] = mapped_column(String(40), default="")
    rule: Mapped[str] = mapped_column(String(10))  # coupon, click
    sales: Mapped[int] = mapped_column(db.BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
