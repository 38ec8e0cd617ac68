"""Who did what to a shop: switched on, switched off, published, skipped time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
from app.extensions import db


class Audit(db.Model):
    """One act of a person, with what it touched and its figures."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_shop", "shop_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    user_id: Mapped[int | None] = mapped_column(db.ForeignKey("user_account.id"))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant)
