"""An e-mail's design: subject and blocks in one or more languages. A message is one rendering of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
from app.extensions import db
from app.unit import changed


class Email(db.Model):
    """`content` maps a locale to {"subject", "preheader", "blocks": [...]}. `revision` rises with each save."""

    __tablename__ = "email"
    __table_args__ = (UniqueConstraint("shop_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def rewrite(cls, shop_id: int, id: int, revision: int, content: Mapping[str, Any], now: datetime) -> bool:
        """Save what an e-mail says; False when somebody saved it since this revision was read."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.revision == revision)
        written = mine.values(content=dict(content), revision=cls.revision + 1, updated_at=now)
        return bool(changed(written))
