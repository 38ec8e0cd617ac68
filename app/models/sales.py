"""The demo shop's own book: each cart that was paid, once, and whether Relance has been told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
from app.extensions import db
from app.upsert import once

KEPT = timedelta(days=60)  # longer than a shopper's basket lives


class Sale(db.Model):
    """One paid cart. `body` is what the shop says about it; without `told_at` nobody has heard it yet."""

    __tablename__ = "sale"
    __table_args__ = (
        Index("ix_sale_untold", "shop_id", sqlite_where=db.text("told_at IS NULL"),
              postgresql_where=db.text("told_at IS NULL")),
    )  # fmt: skip
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(80), primary_key=True)
    total: Mapped[int] = mapped_column(db.BigInteger, default=0)
    body: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sold_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def open(cls, shop_id: int, token: str, now: datetime) -> bool:
        """Begin a sale inside its transaction; False when this cart was paid, or is just being paid, elsewhere."""
        db.session.execute(delete(cls).where(cls.shop_id == shop_id, cls.told_at < now - KEPT))
        row = {"shop_id": shop_id, "token": token, "total": 0, "body": {}, "sold_at": now}
        opened = once(cls, "shop_id", "token").values(row).returning(cls.token)
        return db.session.scalar(opened) is not None

    @classmethod
    def close(cls, shop_id: int, token: str, total: int, body: Mapping[str, Any]) -> None:
        """Write down what was sold, still inside its transaction."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.token == token)
        db.session.execute(mine.values(total=total, body=dict(body)))

    @classmethod
    def told(cls, shop_id: int, token: str, real: datetime) -> None:
        """Record that Relance knows."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.token == token)
        db.session.execute(mine.values(told_at=real))

    @classmethod
    def untold(cls, shop_id: int, most: int = 20) -> list[tuple[str, dict[str, Any]]]:
        """Return the tokens and bodies of what nobody has heard yet."""
        silent = select(cls.token, cls.body).where(cls.shop_id == shop_id, cls.told_at.is_(None)).limit(most)
        return [(token, body) for token, body in db.session.execute(silent)]
