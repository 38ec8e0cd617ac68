"""The built-in mailbox: every mail that the loopback mail server accepted, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, LargeBinary, Select, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, defer, mapped_column

from app.columns import Instant
from app.extensions import db
from app.models.messages import Message
from app.unit import changed

KEPT = 2_000  # the newest mails of a shop; a mailbox for looking is no archive
LASTS = timedelta(days=60)


class Mail(db.Model):
    """One accepted mail. `shop_id` and `message_id` are found by the Message-ID header, when it is ours."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_shop", "shop_id", "received_at"), Index("ix_mail_id", "mail_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int | None] = mapped_column(db.ForeignKey("shop.id"))
    message_id: Mapped[int | None] = mapped_column()
    mail_id: Mapped[str] = mapped_column(String(200), default="")
    sender: Mapped[str] = mapped_column(String(320))
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500), default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def keep(cls, values: Mapping[str, Any]) -> None:
        """Store one accepted mail, inside the caller's unit, and let go of what its shop keeps too long."""
        mail = cls(**values)
        db.session.add(mail)
        db.session.flush()
        same = cls.shop_id == mail.shop_id if mail.shop_id else cls.shop_id.is_(None)
        beyond = select(cls.id).where(same).order_by(cls.id.desc()).offset(KEPT).limit(1).scalar_subquery()
        db.session.execute(
            delete(cls).where(same, or_(cls.id <= beyond, cls.received_at < mail.received_at - LASTS))
        )

    @classmethod
    def matching(cls, shop_id: int, words: str) -> Select[tuple[Mail]]:
        """Return the query of a shop's mails, the newest first, whose sender, recipient or subject has each word."""
        found = select(cls).where(cls.shop_id == shop_id).options(defer(cls.raw))
        for word in words.split()[:8]:
            columns = [func.lower(column) for column in (cls.sender, cls.recipient, cls.subject)]
            spelt = [(column, way) for column in columns for way in spellings(word)]
            found = found.where(or_(*(column.contains(way, autoescape=True) for column, way in spelt)))
        return found.order_by(cls.id.desc())

    @classmethod
    def unread(cls, shop_id: int) -> int:
        """Return how many mails of a shop nobody has looked at."""
        fresh = select(func.count()).select_from(cls).where(cls.shop_id == shop_id, cls.read_at.is_(None))
        return int(db.session.scalar(fresh) or 0)

    @classmethod
    def read(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Record that somebody looked at a mail; False when that was known."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.read_at.is_(None))
        return bool(changed(theirs.values(read_at=now)))

    @classmethod
    def clear(cls, shop_id: int) -> int:
        """Delete every mail of a shop's mailbox; return how many."""
        return changed(delete(cls).where(cls.shop_id == shop_id))

    @classmethod
    def forget(cls, shop_id: int, email: str | None, customer_id: int) -> int:
        """Delete the copies of what was written to a customer, or about them to the staff; return how many."""
        about = select(Message.id).where(Message.shop_id == shop_id, Message.customer_id == customer_id)
        theirs = or_(cls.recipient == email, cls.message_id.in_(about))
        return changed(delete(cls).where(cls.shop_id == shop_id, theirs))


def spellings(word: str) -> set[str]:
    """Return a word as `lower` of either database may have left it: SQLite's knows the letters of ASCII only."""
    ways = (word, word.lower(), word.upper(), word.capitalize())
    return {"".join(letter.lower() if letter.isascii() else letter for letter in way) for way in ways}
