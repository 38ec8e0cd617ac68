"""Decisions: what a person of the shop chose for a mail of which nobody knows whether it arrived."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.unit import changed
from app.upsert import once


class Decision(db.Model):
    """One message is decided about once. `choice` is resent (a new message was written) or left (nothing is done)."""

    __tablename__ = "decision"
    __table_args__ = (same_shop("message_id", "message"),)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[str] = mapped_column(String(6))
    user_id: Mapped[int | None] = mapped_column(db.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def take(cls, shop_id: int, message_id: int, choice: str, user_id: int, now: datetime) -> bool:
        """Write a decision down; False when somebody was first."""
        row = {
            "shop_id": shop_id,
            "message_id": message_id,
            "choice": choice,
            "user_id": user_id,
            "at": now,
        }
        return bool(changed(once(cls, "shop_id", "message_id").values(row)))
