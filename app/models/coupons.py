"""A coupon is a discount and its terms; a code is one string of it, given to one customer or to all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db

KINDS = ("percent", "amount", "shipping")


class Coupon(db.Model):
    """Terms of a discount. `value` is a percentage or minor units; `days` is how long a personal code lives."""

    __tablename__ = "coupon"
    __table_args__ = (UniqueConstraint("shop_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[int] = mapped_column(db.BigInteger, default=0)
    minimum: Mapped[int] = mapped_column(db.BigInteger, default=0)
    personal: Mapped[bool] = mapped_column(default=True)  # a code of one's own for each customer
    prefix: Mapped[str] = mapped_column(String(20), default="")  # or the whole code, when shared
    days: Mapped[int | None] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    usage_limit: Mapped[int | None] = mapped_column()
    once_per_customer: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(String(8), default="active")  # active, deleted
    created_at: Mapped[datetime] = mapped_column(Instant)


class Code(db.Model):
    """One string that the shop's checkout takes. One for each run visit, however often the step is retried.

    state: reserved (until its message passes the gate) → issued → used; reserved → released.
    """

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("shop_id", "code"),
        UniqueConstraint("run_id", "visit"),
        UniqueConstraint("shop_id", "id"),
        same_shop("coupon_id", "coupon"),
        same_shop("run_id", "run"),
        same_shop("customer_id", "customer"),
        Index("ix_code_coupon", "coupon_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    coupon_id: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[int | None] = mapped_column()
    node: Mapped[str] = mapped_column(String(40), default="")
    visit: Mapped[int | None] = mapped_column()
    customer_id: Mapped[int | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(8), default="issued")
    uses: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Redemption(db.Model):
    """One use of a code by one customer in one order."""

    __tablename__ = "redemption"
    __table_args__ = (same_shop("code_id", "code"), UniqueConstraint("shop_id", "code_id", "order_token"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    code_id: Mapped[int] = mapped_column()
    customer_id: Mapped[int | None] = mapped_column()
    order_token: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
