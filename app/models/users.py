"""A user: somebody who signs in here, what they prefer, and in which shops they may work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
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


ROLES = ("owner", "manager", "staff")
AREAS = ("automations", "carts", "customers", "coupons", "settings")  # what staff may be let into, one by one
TEAM = "team"  # who works here: the owner's own affair


class Membership(db.Model):
    """That a user may work in a shop: staff in their `areas`, managers in all of them, owners in the team too."""

    __tablename__ = "membership"
    user_id: Mapped[int] = mapped_column(db.ForeignKey("user_account.id"), primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), default="owner")
    areas: Mapped[list[str] | None] = mapped_column(Json)

    def may(self, area: str) -> bool:
        """Return whether this member may work in an area, one of AREAS or TEAM (REMIND-01)."""
        if self.role == "staff":
            return area in (self.areas or ())
        return self.role == "owner" or area != TEAM

    @classmethod
    def first_shop(cls, user_id: int) -> int | None:
        """Return the id of the first shop this user may work in."""
        return db.session.scalar(select(cls.shop_id).where(cls.user_id == user_id).order_by(cls.shop_id))

    @classmethod
    def shops(cls, user_id: int) -> list[int]:
        """Return the ids of the shops that this user may work in."""
        return list(
            db.session.scalars(select(cls.shop_id).where(cls.user_id == user_id).order_by(cls.shop_id))
        )

    @classmethod
    def change(cls, shop_id: int, user_id: int, role: str, areas: Sequence[str]) -> bool:
        """Let a member work as something else; False for an owner, who cannot be changed by anybody."""
        return bool(changed(cls._other(update(cls), shop_id, user_id).values(role=role, areas=list(areas))))

    @classmethod
    def end(cls, shop_id: int, user_id: int) -> bool:
        """Let a member work here no longer, from the next page they ask for; False for an owner."""
        gone = bool(changed(cls._other(delete(cls), shop_id, user_id)))
        if gone:
            db.session.execute(delete(Login).where(Login.user_id == user_id, Login.shop_id == shop_id))
        return gone

    @classmethod
    def _other(cls, statement: Any, shop_id: int, user_id: int) -> Any:
        return statement.where(cls.shop_id == shop_id, cls.user_id == user_id, cls.role != "owner")


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
    def turn(cls, digest: str, user_id: int, shop_id: int) -> bool:
        """Work in another shop with this browser; False unless its user is a member there."""
        member = select(Membership.shop_id).where(
            Membership.user_id == user_id, Membership.shop_id == shop_id
        )
        mine = update(cls).where(cls.digest == digest, cls.user_id == user_id, member.exists())
        return bool(changed(mine.values(shop_id=shop_id)))

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
