"""Addresses that must get nothing more. Kept as an HMAC, so that it outlives an erased customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db


class Suppression(db.Model):
    """That one address said no to one shop (unsubscribed), or cannot be reached (bounced, complained)."""

    __tablename__ = "suppression"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(Instant)
