"""A user: somebody who signs in here, what they prefer, and in which shops they may work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db


class User(db.Model):
    """A person with a password. The first one owns the instance."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("email"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str | None] = mapped_column(String(8))
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    is_owner: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Membership(db.Model):
    """That a user may work in a shop, and as what."""

    __tablename__ = "membership"
    user_id: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"), primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), default="owner")


class Login(db.Model):
    """A signed-in browser. The cookie carries a random id, the row only its SHA-256."""

    __tablename__ = "login"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"), index=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
