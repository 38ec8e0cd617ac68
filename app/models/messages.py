"""The outbox: what a run wants a customer to receive, from the wish to the mail server's answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Row,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk, clock
from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.models.handing import HANDING, Handing
from app.models.signs import Signs
from app.unit import changed

# Word for word what the partial indexes say, so that a planner recognises them.
DUE = db.text("state = 'prepared'")
TROUBLED = db.text("state IN ('unknown', 'failed')")
# Customers know messages, so these name their table without knowing them.
ENDED = ("sent", "failed", "unknown", "skipped", "cancelled")


class Message(Handing, Signs, db.Model):
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
        Index(
            "ix_message_due",
            "shop_id",
            "send_at",
            sqlite_where=DUE,
            postgresql_where=DUE,
        ),
        Index(
            "ix_message_lease",
            "lease_until",
            sqlite_where=HANDING,
            postgresql_where=HANDING,
        ),
        Index(
            "ix_message_troubled", "state", "shop_id", "id", sqlite_where=TROUBLED, postgresql_where=TROUBLED
        ),
        # By these the days are folded (dailies.py): a row enters each of them once, when it happens.
        *(
            Index(f"ix_message_{name}", "flow_id", name, sqlite_where=happened, postgresql_where=happened)
            for name in ("sent_at", "closed_at", "bounced_at", "opened_at", "machine_opened_at", "clicked_at")
            for happened in [db.text(f"{name} IS NOT NULL")]
        ),
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
    channel: Mapped[str] = mapped_column(String(8), default="email")  # by which way it goes: workers/channels
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)  # what its channel needs beside the text
    email_id: Mapped[int | None] = mapped_column()
    email_revision: Mapped[int | None] = mapped_column()
    topic: Mapped[str] = mapped_column(String(10), default="news")
    text: Mapped[str] = mapped_column(Text, default="")  # a note to the staff, a chat message, a banner
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
    machine_opened_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # by a program: proves that it arrived
    clicked_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)  # when it was given up
    bounced_at: Mapped[datetime | None] = mapped_column(Instant)  # when we were told that it had come back
    reply: Mapped[str] = mapped_column(String(500), default="")

    @classmethod
    def prepare(cls, names: Sequence[str], rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
        """Put messages into the outbox, in the columns `names`; one whose key is there already is left as it is."""
        fresh: dict[str, Any] = {"state": "prepared", "reason": "", "reply": "", "subject": "", "send_at": now,
                                 "prepared_at": now, "token": 0, "attempts": 0}  # fmt: skip
        values = tuple(fresh.values())
        told = [(*row, *values) for row in rows]
        bulk.write(cls, (*names, *fresh), told, once=("shop_id", "key"), new=True)

    @classmethod
    def claim(
        cls, shop_id: int, now: datetime, until: datetime, most: int, channels: Collection[str] = ("email",)
    ) -> list[Row[Any]]:
        """Lease the messages of a shop that may go now by these channels, the longest due first; return all columns."""
        due = (
            select(cls.id)
            .where(cls.shop_id == shop_id, DUE, cls.send_at <= now)
            .where(cls.channel.in_(channels))
            .order_by(cls.send_at, cls.id)
            .limit(most)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        leased = update(cls).where(cls.id.in_(select(due.c.id))).values(
            state="handing", token=cls.token + 1, attempts=cls.attempts + 1, lease_until=until
        )  # fmt: skip
        rows = db.session.execute(leased.returning(*cls.__table__.columns))
        return sorted(rows, key=lambda row: (row.send_at, row.id))

    @classmethod
    def rest(cls, shop_id: int, channel: str, until: datetime) -> int:
        """Let all that a channel would send by then wait until then: it stands still. Burns nobody's try."""
        due = update(cls).where(cls.shop_id == shop_id, cls.channel == channel, cls.state == "prepared")
        return changed(due.where(cls.send_at < until).values(send_at=until, reason="channel"))

    @classmethod
    def resume(cls, shop_id: int, channel: str, now: datetime) -> int:
        """Let what waited for its channel go now; return how many."""
        due = update(cls).where(cls.shop_id == shop_id, cls.channel == channel, cls.state == "prepared")
        return changed(due.where(cls.reason == "channel").values(send_at=now, reason=""))

    @classmethod
    def pending(cls) -> ColumnElement[bool]:
        """SQL: it has not passed its gate, and can be called back."""
        return or_(cls.state == "prepared", (cls.state == "handing") & cls.gate_at.is_(None))

    @classmethod
    def cancel(cls, reason: str, *which: ColumnElement[bool]) -> int:
        """Cancel what has not passed its gate, of those of which this is true; return how many."""
        ended = {"state": "cancelled", "reason": reason, "token": cls.token + 1, "lease_until": None,
                 "closed_at": clock.at(cls.shop_id)}  # fmt: skip
        return changed(update(cls).where(*which, cls.pending()).values(ended))

    @classmethod
    def forget(cls, shop_id: int, customer_id: int) -> int:
        """Blank what messages to a customer say of them: subjects name people, replies addresses; return how many."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        return changed(theirs.values(subject="", reply=""))

    @classmethod
    def at_the_dot(cls, flow_id: int) -> int:
        """Return how many messages of a flow have passed the gate and wait for the mail server's answer."""
        handed = cls.state == "handing", cls.gate_at.is_not(None)
        return db.session.query(cls).where(cls.flow_id == flow_id, *handed).count()

    @classmethod
    def release_stale(cls, real: datetime) -> int:
        """Give back what a silent worker held; past the gate nobody knows, so that is `unknown`, never sent again."""
        held = select(cls.id).where(HANDING, cls.lease_until < real).with_for_update(skip_locked=True)
        stale = update(cls).where(cls.id.in_(held.scalar_subquery()), HANDING)
        back = stale.where(cls.gate_at.is_(None)).values(state="prepared", lease_until=None)
        lost = stale.where(cls.gate_at.is_not(None)).values(
            state="unknown", reason="cut_off", lease_until=None
        )
        return changed(back) + changed(lost)

    @classmethod
    def gates(cls, shop_id: int, customer_id: int, after: datetime) -> list[datetime]:
        """Return when marketing messages to a customer passed their gates later than `after`, the latest first.

        What the mail server then refused counts as well: it may have been tried before their eyes.
        """
        theirs = select(cls.gate_at).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        marketing = theirs.where(cls.audience == "customer", cls.topic != "order", cls.gate_at > after)
        return [at for at in db.session.scalars(marketing.order_by(cls.gate_at.desc())) if at]
