"""A shop: whose everything else is. Also its keys, by which its own system speaks to us."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, driver
from app.columns import Instant, Json
from app.extensions import db
from app.questions import asks, on, told

CHANNELS = ("absent", "present", "selling")


class Shop(db.Model):
    """One merchant's shop, with what a message must say about its sender.

    `channel` is one of CHANNELS: whether the shop's own pages show offers, and whether they sell (OFFER-01).
    """

    __tablename__ = "shop"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    platform: Mapped[str] = mapped_column(String(20), default="api")
    is_demo: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(String(8), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    url: Mapped[str] = mapped_column(String(500), default="")
    business_name: Mapped[str] = mapped_column(String(200), default="")
    postal_address: Mapped[str] = mapped_column(String(500), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    sender_name: Mapped[str] = mapped_column(String(120), default="")
    sender_email: Mapped[str] = mapped_column(String(254), default="")
    staff_email: Mapped[str] = mapped_column(String(254), default="")
    color: Mapped[str] = mapped_column(String(7), default="#0E6453")
    ground: Mapped[str] = mapped_column(String(7), default="#F5F3EE")
    font: Mapped[str] = mapped_column(String(20), default="classic")
    logo: Mapped[str] = mapped_column(String(500), default="")
    channel: Mapped[str] = mapped_column(String(8), default="absent", server_default="absent")
    social: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def can_offer(self) -> bool:
        """Whether an offer can be shown in the shop's own pages and used there."""
        return self.channel == "selling"

    @classmethod
    def is_a_demo(cls, shop_id: int) -> bool:
        """Return whether a shop is the demo: its mail never leaves this machine."""
        shop = db.session.get(cls, shop_id)
        return shop is not None and shop.is_demo

    @classmethod
    def lock(cls, id: int) -> None:
        """Let whoever makes something of this shop that may be made once wait until this transaction is over."""
        db.session.execute(select(cls.id).where(cls.id == id).with_for_update(key_share=True))


class ApiKey(db.Model):
    """A key of a shop's own system. Only its SHA-256 is kept; the prefix tells keys apart on screen."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def behind(cls, digests: Collection[str], way: driver.Way) -> dict[str, tuple[int, datetime]]:
        """Return, for those of these digests whose keys are live, the shop's id and what time it is there."""
        found = [row for digest in set(digests) for row in on(way, _live_key, digest=digest)]
        return {digest: (shop_id, clock.shown(ahead)) for digest, shop_id, ahead in found}

    @classmethod
    def shop_of(cls, digest: str) -> Shop | None:
        """Return the shop whose live key has this digest, or None."""
        live = (
            select(Shop)
            .join(cls, cls.shop_id == Shop.id)
            .where(cls.digest == digest, cls.revoked_at.is_(None))
        )
        return db.session.scalar(live)


@asks
def _live_key() -> Any:
    columns = ApiKey.digest, ApiKey.shop_id, clock.ahead(ApiKey.shop_id).label("ahead")
    return select(*columns).where(ApiKey.digest == told("digest"), ApiKey.revoked_at.is_(None))
