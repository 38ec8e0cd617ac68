"""An order: what was bought, for how much, with which codes, and whether it was paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db


class Order(db.Model):
    """An order by the shop's own token. Amounts are minor units of `currency`."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("shop_id", "token"),
        UniqueConstraint("shop_id", "id"),
        same_shop("customer_id", "customer"),
        same_shop("cart_id", "cart"),
        Index("ix_purchase_customer", "shop_id", "customer_id", "placed_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    token: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40), default="")
    customer_id: Mapped[int | None] = mapped_column()
    cart_id: Mapped[int | None] = mapped_column()
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(db.BigInteger)
    discount: Mapped[int] = mapped_column(db.BigInteger, default=0)
    shipping: Mapped[int] = mapped_column(db.BigInteger, default=0)
    tax: Mapped[int] = mapped_column(db.BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    codes: Mapped[list[str]] = mapped_column(Json)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
