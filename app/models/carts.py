"""A cart: what somebody was about to buy, whether they came back by our link, and whether they paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db


class Cart(db.Model):
    """A cart by the shop's own token. `items` is a list of {product,title,quantity,price,image,url}."""

    __tablename__ = "cart"
    __table_args__ = (
        UniqueConstraint("shop_id", "token"),
        UniqueConstraint("shop_id", "id"),
        same_shop("customer_id", "customer"),
        Index("ix_cart_open", "shop_id", "updated_at", sqlite_where=db.text("ordered_at IS NULL"),
              postgresql_where=db.text("ordered_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    token: Mapped[str] = mapped_column(String(80))
    customer_id: Mapped[int | None] = mapped_column()
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(db.BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    checkout_at: Mapped[datetime | None] = mapped_column(Instant)
    abandoned_at: Mapped[datetime | None] = mapped_column(Instant)
    pressed_at: Mapped[datetime | None] = mapped_column(Instant)
    ordered_at: Mapped[datetime | None] = mapped_column(Instant)
    recovered_at: Mapped[datetime | None] = mapped_column(Instant)
