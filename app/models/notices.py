"""Notices: what the shop's own people are told inside the product, until somebody has read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.unit import changed
from app.upsert import once


class StaffNotice(db.Model):
    """One notice to a shop. `key` is what it is about, and unique: telling it twice changes nothing.

    `sort` is note (a step of a flow wrote it) or channel (something stands still); `path` leads to where it is mended.
    """

    __tablename__ = "staff_notice"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_staff_notice_shop", "shop_id", "read_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(160))
    sort: Mapped[str] = mapped_column(String(8), default="note")
    text: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200), default="")
    customer_id: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def tell(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write notices down; one whose key is there already is left as it is."""
        if rows:
            db.session.connection().execute(once(cls, "shop_id", "key"), list(rows))

    @classmethod
    def latest(cls, shop_id: int, most: int = 50) -> list[StaffNotice]:
        """Return a shop's notices: the unread first, then the newest."""
        theirs = select(cls).where(cls.shop_id == shop_id)
        return list(db.session.scalars(theirs.order_by(cls.read_at.is_not(None), cls.id.desc()).limit(most)))

    @classmethod
    def unread(cls, shop_id: int) -> int:
        """Return how many notices nobody has read."""
        fresh = select(func.count()).select_from(cls).where(cls.shop_id == shop_id, cls.read_at.is_(None))
        return int(db.session.scalar(fresh) or 0)

    @classmethod
    def read(cls, shop_id: int, now: datetime, id: int | None = None) -> int:
        """Record that one notice, or without `id` every one, was read; return how many were new."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.read_at.is_(None))
        return changed((theirs.where(cls.id == id) if id is not None else theirs).values(read_at=now))
