"""A picture that a merchant uploaded, as it was drawn anew here; mails and pages show it by its unguessable name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.columns import Instant
from app.extensions import db

QUOTA = 50 * 1024 * 1024  # bytes of pictures that one shop may keep


class Image(db.Model):
    """Kept in the database, so that every machine shows it and one backup has it. `name` is random and public."""

    __tablename__ = "image"
    __table_args__ = (UniqueConstraint("name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    size: Mapped[int] = mapped_column()
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def used(cls, shop_id: int) -> int:
        """Return how many bytes a shop's pictures take."""
        total = select(func.coalesce(func.sum(cls.size), 0)).where(cls.shop_id == shop_id)
        return int(db.session.scalar(total) or 0)

    @classmethod
    def add(cls, image: Image) -> bool:
        """Keep a picture, inside the caller's unit; False when the shop has no room for it."""
        if cls.used(image.shop_id) + image.size > QUOTA:
            return False
        db.session.add(image)
        return True
