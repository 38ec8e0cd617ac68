"""The question "was it you?": one mail to somebody who is said to want news, in shops that ask twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Row, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.models.customers import Customer
from app.unit import changed

NOT_AGAIN = timedelta(
    hours=24
)  # so that nobody's mailbox can be filled by typing their address again and again


class Confirmation(db.Model):
    """One question. state: prepared → handing → unknown (it may have left) → sent | failed; or skipped."""

    __tablename__ = "confirmation"
    __table_args__ = (
        same_shop("customer_id", "customer"),
        Index("ix_confirmation_customer", "shop_id", "customer_id", "asked_at"),
        Index(
            "ix_confirmation_due",
            "shop_id",
            "send_at",
            sqlite_where=db.text("state IN ('prepared', 'handing')"),
            postgresql_where=db.text("state IN ('prepared', 'handing')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    customer_id: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(9), default="prepared")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    send_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)

    @classmethod
    def ask(cls, shop_id: int, customer_id: int, now: datetime) -> bool:
        """Put one question into the outbox; False when they were asked within a day."""
        lately = select(cls.id).where(cls.shop_id == shop_id, cls.customer_id == customer_id)
        if db.session.scalar(lately.where(cls.asked_at > now - NOT_AGAIN).limit(1)):
            return False
        db.session.add(cls(shop_id=shop_id, customer_id=customer_id, asked_at=now, send_at=now))
        db.session.flush()
        return True

    @classmethod
    def claim(cls, shop_id: int, now: datetime, real: datetime, until: datetime, most: int) -> list[Row[Any]]:
        """Lease due questions, those of silent workers too; return (id, customer id, token, attempts) of each."""
        free = or_(cls.state == "prepared", and_(cls.state == "handing", cls.lease_until < real))
        due = select(cls.id).where(cls.shop_id == shop_id, free, cls.send_at <= now).order_by(cls.send_at)
        leased = update(cls).where(cls.id.in_(due.limit(most).with_for_update(skip_locked=True))).values(
            state="handing", token=cls.token + 1, attempts=cls.attempts + 1, lease_until=until
        )  # fmt: skip
        return list(db.session.execute(leased.returning(cls.id, cls.customer_id, cls.token, cls.attempts)))

    @classmethod
    def pass_gate(cls, id: int, token: int) -> bool:
        """Record that it leaves now; False when it is no longer ours, or the answer came meanwhile."""
        asked = (
            select(Customer.id).where(Customer.id == cls.customer_id, Customer.consent == "pending").exists()
        )
        mine = update(cls).where(cls.id == id, cls.token == token, cls.state == "handing", asked)
        return bool(changed(mine.values(state="unknown")))

    @classmethod
    def settle(cls, id: int, token: int, state: str, send_at: datetime | None = None) -> bool:
        """Write how it went on: sent, failed or skipped, or prepared again for `send_at`."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.state.in_(("handing", "unknown")))
        when = {"send_at": send_at} if send_at else {}
        return bool(changed(mine.values(state=state, lease_until=None, **when)))

    @classmethod
    def put_back(cls, id: int, token: int, send_at: datetime) -> bool:
        """Let it wait until `send_at`, before its gate; the try does not count."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.state == "handing")
        back = {"state": "prepared", "send_at": send_at, "attempts": cls.attempts - 1, "lease_until": None}
        return bool(changed(mine.values(back)))

    @classmethod
    def rest(cls, shop_id: int, until: datetime) -> int:
        """Let all that would leave by then wait until then: the channel stands still. Burns nobody's try."""
        due = update(cls).where(cls.shop_id == shop_id, cls.state == "prepared", cls.send_at < until)
        return changed(due.values(send_at=until))
