"""Tags: words that flows and people put on customers."""

from __future__ import annotations

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import same_shop
from app.extensions import db
from app.unit import changed


class CustomerTag(db.Model):
    """One word that a flow or a person put on a customer."""

    __tablename__ = "customer_tag"
    __table_args__ = (same_shop("customer_id", "customer"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)

    @classmethod
    def forget(cls, shop_id: int, customer_id: int) -> int:
        """Take all tags off a customer; return how many."""
        return changed(delete(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id))

    @classmethod
    def has(cls, shop_id: int, customer_id: int | None, tag: str) -> bool:
        """Return whether a customer has a tag; one whom nobody knows has none."""
        return customer_id is not None and db.session.get(cls, (shop_id, customer_id, tag)) is not None
