"""Notices: what the shop's own people are told inside the product, until somebody has read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, String, Text, UniqueConstraint, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.unit import changed
from app.upsert import once

ASKED = db.text("mail IN ('prepared', 'handing')")  # word for word what the partial index says


class StaffNotice(db.Model):
    """One notice to a shop. `key` is what it is about, and unique: telling it twice changes nothing.

    `sort` is note (a step of a flow wrote it) or channel (something stands still); `path` leads to where it is mended.
    One that is mailed too has a `mail`: prepared → handing → unknown (it may have left) → sent | failed; or skipped.
    """

    __tablename__ = "staff_notice"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_staff_notice_shop", "shop_id", "read_at", "id"),
        Index("ix_staff_notice_due", "shop_id", "send_at", sqlite_where=ASKED, postgresql_where=ASKED),
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
    mail: Mapped[str] = mapped_column(String(9), default="", server_default="")
    send_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")

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

    @classmethod
    def claim(cls, shop_id: int, now: datetime, real: datetime, until: datetime, most: int) -> list[Row[Any]]:
        """Lease the mails of notices that are due, those of silent workers too; return (id, token, attempts)."""
        free = or_(cls.mail == "prepared", and_(cls.mail == "handing", cls.lease_until < real))
        due = (
            select(cls.id)
            .where(cls.shop_id == shop_id, ASKED, free, cls.send_at <= now)
            .order_by(cls.send_at)
        )
        leased = update(cls).where(cls.id.in_(due.limit(most).with_for_update(skip_locked=True))).values(
            mail="handing", token=cls.token + 1, attempts=cls.attempts + 1, lease_until=until
        )  # fmt: skip
        return list(db.session.execute(leased.returning(cls.id, cls.token, cls.attempts)))

    @classmethod
    def pass_gate(cls, id: int, token: int) -> bool:
        """Record that its mail leaves now; False when it is no longer ours."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.mail == "handing")
        return bool(changed(mine.values(mail="unknown")))

    @classmethod
    def settle(cls, id: int, token: int, state: str, send_at: datetime | None = None) -> bool:
        """Write how its mail went on: sent, failed or skipped, or prepared again for `send_at`."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.mail.in_(("handing", "unknown")))
        when = {"send_at": send_at} if send_at else {}
        return bool(changed(mine.values(mail=state, lease_until=None, **when)))

    @classmethod
    def put_back(cls, id: int, token: int, send_at: datetime) -> bool:
        """Let it wait until `send_at`, before its gate; the try does not count."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.mail == "handing")
        back = {"mail": "prepared", "send_at": send_at, "attempts": cls.attempts - 1, "lease_until": None}
        return bool(changed(mine.values(back)))

    @classmethod
    def rest(cls, shop_id: int, until: datetime) -> int:
        """Let all that would leave by then wait until then: the channel stands still. Burns nobody's try."""
        due = update(cls).where(cls.shop_id == shop_id, cls.mail == "prepared", cls.send_at < until)
        return changed(due.values(send_at=until))
