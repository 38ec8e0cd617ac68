"""A shop's own mail server, and how each of a shop's channels is doing.

Knows where mail goes and what is in its way. Must not know how a server is spoken to.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.sealed import seal, unseal
from app.unit import changed
from app.upsert import insert


class MailServer(db.Model):
    """The server that takes a shop's mail. `secret` is sealed: it is used, and never shown again."""

    __tablename__ = "mail_server"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int] = mapped_column()
    security: Mapped[str] = mapped_column(String(8))  # starttls, tls, none
    username: Mapped[str] = mapped_column(String(254), default="")
    secret: Mapped[str] = mapped_column(String(1000), default="")
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def password(self) -> str:
        """The password as it was typed; raises Unreadable when the instance's key is another one by now."""
        return unseal(self.secret) if self.secret else ""

    @classmethod
    def keep(cls, shop_id: int, password: str, now: datetime, **told: object) -> None:
        """Write a shop's server down; an empty password leaves the one that is kept."""
        values = told | {"updated_at": now} | ({"secret": seal(password)} if password else {})
        row = insert(cls).values({"shop_id": shop_id, "secret": ""} | values)
        db.session.execute(row.on_conflict_do_update(index_elements=["shop_id"], set_=values))

    @classmethod
    def forget(cls, shop_id: int) -> bool:
        """Send by the instance's own server again; False when it did so already."""
        return bool(changed(delete(cls).where(cls.shop_id == shop_id)))


class ChannelTrouble(db.Model):
    """A channel of a shop that stands still. `trouble` is login, sender or unreachable; `said` the server's words."""

    __tablename__ = "channel_trouble"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    trouble: Mapped[str] = mapped_column(String(12))
    said: Mapped[str] = mapped_column(String(500), default="")
    since: Mapped[datetime] = mapped_column(Instant)
    retry_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=1, server_default="1")  # in a row

    @classmethod
    def known(cls, shop_id: int, channel: str) -> ChannelTrouble | None:
        """Return what is in the way of a channel, its row locked; None when it works."""
        return db.session.get(cls, (shop_id, channel), with_for_update=True)

    @classmethod
    def note(cls, shop_id: int, channel: str, now: datetime, **told: object) -> None:
        """Let a channel rest: `trouble`, `said`, `retry_at` and how many `failures` in a row; `since` stays."""
        values = {"since": now} | told
        row = insert(cls).values({"shop_id": shop_id, "channel": channel} | values)
        db.session.execute(row.on_conflict_do_update(index_elements=["shop_id", "channel"], set_=told))

    @classmethod
    def check(cls, shop_id: int, channel: str, now: datetime) -> bool:
        """Let a resting channel be tried now; False when it is not resting. How often it failed is not forgotten."""
        resting = update(cls).where(cls.shop_id == shop_id, cls.channel == channel, cls.retry_at > now)
        return bool(changed(resting.values(retry_at=now)))

    @classmethod
    def end(cls, shop_id: int, channel: str) -> bool:
        """Record that a channel works; False when nothing was in its way."""
        return bool(changed(delete(cls).where(cls.shop_id == shop_id, cls.channel == channel)))

    @classmethod
    def of(cls, shop_id: int) -> dict[str, ChannelTrouble]:
        """Return what is in the way of a shop's channels, by channel."""
        return {row.channel: row for row in db.session.scalars(select(cls).where(cls.shop_id == shop_id))}
