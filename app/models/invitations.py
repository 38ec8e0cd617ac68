"""Invitations: who was asked to work in a shop, as what, and whether they came. Their signed link is kept nowhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
from app.extensions import db
from app.unit import changed

OPEN = db.text("ended_at IS NULL")


class Invitation(db.Model):
    """One invitation. `role` and `areas` are the membership's to be; `ended_at` is when it was used or taken back."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_open", "shop_id", "id", sqlite_where=OPEN, postgresql_where=OPEN),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    areas: Mapped[list[str]] = mapped_column(Json)
    invited_by: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"))
    invited_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def open(cls, shop_id: int) -> list[Invitation]:
        """Return the shop's invitations that nobody has answered, the latest first."""
        mine = select(cls).where(cls.shop_id == shop_id, OPEN).order_by(cls.id.desc())
        return list(db.session.scalars(mine))

    @classmethod
    def waiting(cls, shop_id: int, id: int) -> Invitation | None:
        """Return this invitation while it can still be answered."""
        return db.session.scalar(select(cls).where(cls.shop_id == shop_id, cls.id == id, OPEN))

    @classmethod
    def end(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Use an invitation up, or take it back; False when that was done before."""
        mine = update(cls).where(cls.shop_id == shop_id, cls.id == id, OPEN)
        return bool(changed(mine.values(ended_at=now)))
