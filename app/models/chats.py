"""Chat: short messages that wait for a customer in the shop's own pages, until they are read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.unit import changed


class Chat(db.Model):
    """One chat message to one customer; `message_id` is what of the outbox it came from, and unique."""

    __tablename__ = "chat"
    __table_args__ = (
        UniqueConstraint("message_id"),
        same_shop("customer_id", "customer"),
        same_shop("message_id", "message"),
        Index("ix_chat_customer", "shop_id", "customer_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    customer_id: Mapped[int] = mapped_column()
    message_id: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(8), default="en")
    sent_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def of(cls, shop_id: int, customer_id: int, most: int = 50) -> list[Chat]:
        """Return a customer's latest messages, the oldest of them first."""
        theirs = select(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        return list(db.session.scalars(theirs.order_by(cls.id.desc()).limit(most)))[::-1]

    @classmethod
    def unread(cls, shop_id: int, customer_id: int) -> int:
        """Return how many messages a customer has not read."""
        theirs = cls.shop_id == shop_id, cls.customer_id == customer_id, cls.read_at.is_(None)
        return int(db.session.scalar(select(func.count()).select_from(cls).where(*theirs)) or 0)

    @classmethod
    def read(cls, shop_id: int, customer_id: int, up_to: int, now: datetime) -> list[int]:
        """Record that a customer has read all up to the message with this id; return the outbox ids that were new."""
        theirs = (
            cls.shop_id == shop_id,
            cls.customer_id == customer_id,
            cls.id <= up_to,
            cls.read_at.is_(None),
        )
        fresh = update(cls).where(*theirs).values(read_at=now).returning(cls.message_id)
        return list(db.session.scalars(fresh))

    @classmethod
    def forget(cls, shop_id: int, customer_id: int) -> int:
        """Delete a customer's messages; return how many there were."""
        return changed(delete(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id))
