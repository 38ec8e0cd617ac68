"""The built-in mailbox: every mail that the loopback mail server accepted, as it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db


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
