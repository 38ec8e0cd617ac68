"""A user: somebody who signs in here, what they prefer, and in which shops they may work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.unit import changed

IDLE, LONGEST = timedelta(hours=12), timedelta(days=14)  # OWASP ASVS 7.3.1, 7.3.2
SEEN_EVERY = timedelta(minutes=10)


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

    @classmethod
    def by_email(cls, email: str) -> User | None:
        """Return the user with this normalised address, or None."""
        return db.session.scalar(select(cls).where(cls.email == email))


class Membership(db.Model):
    """That a user may work in a shop, and as what."""

    __tablename__ = "membership"
    user_id: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"), primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), default="owner")

    @classmethod
    def first_shop(cls, user_id: int) -> int | None:
        """Return the id of the first shop this user may work in."""
        return db.session.scalar(select(cls.shop_id).where(cls.user_id == user_id).order_by(cls.shop_id))


class Login(db.Model):
    """A signed-in browser. The cookie carries a random id, the row only its SHA-256."""

    __tablename__ = "login"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"), index=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def live(cls, digest: str, now: datetime) -> Login | None:
        """Return the login behind a cookie while it is neither idle nor old, and its user still a member."""
        return db.session.scalar(
            select(cls)
            .join(Membership, (Membership.user_id == cls.user_id) & (Membership.shop_id == cls.shop_id))
            .where(cls.digest == digest, cls.seen_at > now - IDLE, cls.created_at > now - LONGEST)
        )

    @classmethod
    def see(cls, digest: str, now: datetime) -> bool:
        """Note that the browser is still there; False when that was noted a moment ago."""
        stale = update(cls).where(cls.digest == digest, cls.seen_at < now - SEEN_EVERY).values(seen_at=now)
        return bool(changed(stale))

    @classmethod
    def end(cls, digest: str) -> None:
        """Forget one browser."""
        db.session.execute(delete(cls).where(cls.digest == digest))

    @classmethod
    def end_all(cls, user_id: int) -> None:
        """Forget every browser of a user, as a changed password demands."""
        db.session.execute(delete(cls).where(cls.user_id == user_id))
