"""What a shop sells, as far as a message shows it, and who looked at what last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.upsert import insert

STATE = ("title", "description", "price", "image", "url", "stock", "updated_at")  # what each telling replaces


class Product(db.Model):
    """A product; `key` is the shop's own id of it. Prices are minor units of the shop's currency."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("shop_id", "key"), UniqueConstraint("shop_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500), default="")
    price: Mapped[int] = mapped_column(db.BigInteger)
    image: Mapped[str] = mapped_column(String(500), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    stock: Mapped[int | None] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write products by (shop, key); what is older than what we know changes nothing."""
        if rows:
            told = insert(cls)
            newer = told.on_conflict_do_update(
                index_elements=["shop_id", "key"], set_={name: told.excluded[name] for name in STATE},
                where=told.excluded.updated_at >= cls.updated_at,
            )  # fmt: skip
            db.session.connection().execute(newer, list(rows))


class ProductView(db.Model):
    """The last product that a known customer looked at."""

    __tablename__ = "product_view"
    __table_args__ = (
        same_shop("customer_id", "customer"),
        Index("ix_product_view_at", "shop_id", "at"),
        Index("ix_product_view_heard", "shop_id", "heard_at"),
    )
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    product_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    heard_at: Mapped[datetime | None] = mapped_column(Instant)  # when the shop told of it

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write what customers looked at last."""
        if rows:
            told = insert(cls)
            later = told.on_conflict_do_update(
                index_elements=["shop_id", "customer_id"],
                set_={name: told.excluded[name] for name in ("product_key", "at", "heard_at")},
                where=told.excluded.at >= cls.at,
            )  # fmt: skip
            db.session.connection().execute(later, list(rows))
