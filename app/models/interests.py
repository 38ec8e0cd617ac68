"""Interests: which product matters to whom: who looked at it, had it in a cart, bought it or asked for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, case, delete, func, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, same_shop
from app.extensions import db
from app.unit import changed
from app.upsert import built_once, insert

SIGNS = ("viewed_at", "carted_at", "bought_at", "asked_at")


class Interest(db.Model):
    """What one customer had to do with one product, and when last. `answered_at`: told that it is back."""

    __tablename__ = "interest"
    __table_args__ = (
        same_shop("customer_id", "customer"),
        Index("ix_interest_product", "shop_id", "product_key", "customer_id"),
    )
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    product_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    viewed_at: Mapped[datetime | None] = mapped_column(Instant)
    carted_at: Mapped[datetime | None] = mapped_column(Instant)
    bought_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write signs of interest by (shop, customer, product): of each sort the latest counts."""
        bulk.upsert(cls, cls._saved(), [dict.fromkeys(SIGNS) | dict(row) for row in rows])

    @classmethod
    @built_once
    def _saved(cls) -> Any:
        told = insert(cls)
        later = {
            name: case((func.coalesce(told.excluded[name] > getattr(cls, name), getattr(cls, name).is_(None)),
                        told.excluded[name]), else_=getattr(cls, name))
            for name in SIGNS
        }  # fmt: skip
        return told.on_conflict_do_update(
            index_elements=["shop_id", "customer_id", "product_key"], set_=later
        )

    @classmethod
    def answer(cls, shop_id: int, product: str, customers: Collection[int], at: datetime) -> int:
        """Record that these customers are told that a product is back; whoever wants it again asks again."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.product_key == product)
        asked = theirs.where(cls.customer_id.in_(customers), cls.asked_at.is_not(None))
        return changed(asked.values(answered_at=at))

    @classmethod
    def forget(cls, shop_id: int, customer_id: int) -> int:
        """Take away all that a customer looked at or asked for; return how many."""
        return changed(delete(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id))
