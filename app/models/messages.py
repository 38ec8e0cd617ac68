"""The outbox: what a run wants a customer to receive, from the wish to the mail server's answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db

ENDED = ("sent", "failed", "unknown", "held", "skipped", "cancelled")


class Message(db.Model):
    """One message to one person. `key` is run:node:visit and unique: the second try is harmless.

    state: prepared → handing → sent | failed | unknown; prepared → skipped | cancelled.
    `send_at` is when it may go (quiet hours, back-off); `gate_at` is the point of no return.
    `audience` is customer or staff. `mail_id` is the Message-ID, an HMAC of the key.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        UniqueConstraint("shop_id", "id"),
        UniqueConstraint("mail_id"),
        same_shop("flow_id", "flow"),
        same_shop("run_id", "run"),
        same_shop("customer_id", "customer"),
        Index("ix_message_due", "shop_id", "send_at", sqlite_where=db.text("state = 'prepared'"),
              postgresql_where=db.text("state = 'prepared'")),
        Index("ix_message_lease", "lease_until", sqlite_where=db.text("state = 'handing'"),
              postgresql_where=db.text("state = 'handing'")),
        Index("ix_message_run", "run_id"),
        Index("ix_message_flow", "flow_id", "node", "state"),
        Index("ix_message_customer", "shop_id", "customer_id", "sent_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(120))
    mail_id: Mapped[str] = mapped_column(String(120))
    flow_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column()
    node: Mapped[str] = mapped_column(String(40))
    visit: Mapped[int] = mapped_column()
    customer_id: Mapped[int] = mapped_column()
    audience: Mapped[str] = mapped_column(String(8), default="customer")
    email_id: Mapped[int | None] = mapped_column()
    email_revision: Mapped[int | None] = mapped_column()
    text: Mapped[str] = mapped_column(Text, default="")  # what a note to the staff says
    subject: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(9), default="prepared")
    reason: Mapped[str] = mapped_column(String(120), default="")
    send_at: Mapped[datetime] = mapped_column(Instant)
    latest_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    prepared_at: Mapped[datetime] = mapped_column(Instant)
    gate_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    clicked_at: Mapped[datetime | None] = mapped_column(Instant)
    reply: Mapped[str] = mapped_column(String(500), default="")
