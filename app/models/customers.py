"""A customer: somebody who buys in a shop, what they agreed to, and how they were tagged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db

CONSENTS = ("none", "pending", "subscribed", "unsubscribed")


class Customer(db.Model):
    """One e-mail address known to one shop. `email` is normalised; None once erased."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("shop_id", "email"), UniqueConstraint("shop_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    first_name: Mapped[str] = mapped_column(String(120), default="")
    last_name: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(8), default="")
    timezone: Mapped[str] = mapped_column(String(64), default="")
    consent: Mapped[str] = mapped_column(String(12), default="none")
    consent_source: Mapped[str] = mapped_column(String(80), default="")
    consent_at: Mapped[datetime | None] = mapped_column(Instant)
    orders_count: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(db.BigInteger, default=0)
    last_order_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class CustomerTag(db.Model):
    """One word that a flow or a person put on a customer."""

    __tablename__ = "customer_tag"
    __table_args__ = (same_shop("customer_id", "customer"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)
