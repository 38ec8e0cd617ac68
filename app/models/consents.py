"""What customers answered when asked whether they want news, and which kinds of e-mail they turned down.

Answers are only added: they are the proof that the law asks for (GDPR, article 7).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.upsert import once


class Consent(db.Model):
    """One answer: the state it led to, by which way it came, to which words, and when."""

    __tablename__ = "consent"
    __table_args__ = (
        same_shop("customer_id", "customer"),
        Index("ix_consent_customer", "shop_id", "customer_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    customer_id: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(80))
    wording: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(Instant)


class TopicRefusal(db.Model):
    """One kind of e-mail (a name of graph.topics) that a customer does not want."""

    __tablename__ = "topic_refusal"
    __table_args__ = (same_shop("customer_id", "customer"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def of(cls, shop_id: int, customer_id: int) -> frozenset[str]:
        """Return the topics that this customer turned down."""
        theirs = select(cls.topic).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        return frozenset(db.session.scalars(theirs))

    @classmethod
    def choose(cls, shop_id: int, customer_id: int, refused: Collection[str], now: datetime) -> None:
        """Write which topics they do not want from now on: these, and no others."""
        theirs = delete(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        db.session.execute(theirs.where(cls.topic.not_in(refused)))
        for topic in refused:
            row = {"shop_id": shop_id, "customer_id": customer_id, "topic": topic, "at": now}
            db.session.execute(once(cls, "shop_id", "customer_id", "topic").values(row))
