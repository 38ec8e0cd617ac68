"""What came back of a message: links that it carries, clicks, visits, and the orders they are credited with."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db

ONE_VISIT = timedelta(minutes=30)
UNWRITTEN = db.text("posted_at IS NULL")


class Click(db.Model):
    """One press of one link of one message. `machine` marks what a scanner or a prefetcher pressed."""

    __tablename__ = "click"
    __table_args__ = (
        same_shop("message_id", "message"),
        Index("ix_click_message", "message_id", "at"),
        Index("ix_click_shop", "shop_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    message_id: Mapped[int] = mapped_column()
    target: Mapped[str] = mapped_column(String(500))
    machine: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def record(cls, shop_id: int, message_id: int, target: str, machine: bool, now: datetime) -> None:
        """Write one press, inside the caller's unit."""
        db.session.add(
            cls(shop_id=shop_id, message_id=message_id, target=target[:500], machine=machine, at=now)
        )


class Visit(db.Model):
    """A customer's arrival in the shop from a message; presses within half an hour are one visit."""

    __tablename__ = "visit"
    __table_args__ = (same_shop("message_id", "message"), Index("ix_visit_flow", "flow_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    message_id: Mapped[int] = mapped_column()
    customer_id: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def arrive(cls, shop_id: int, flow_id: int, message_id: int, customer_id: int, now: datetime) -> bool:
        """Write an arrival; False when it belongs to a visit of the last half hour.

        The caller holds the message's row, so that two presses at once are one visit.
        """
        recent = select(cls.id).where(
            cls.shop_id == shop_id, cls.message_id == message_id, cls.at > now - ONE_VISIT
        )
        if db.session.scalar(recent.limit(1)):
            return False
        who = {"flow_id": flow_id, "message_id": message_id, "customer_id": customer_id}
        db.session.add(cls(shop_id=shop_id, at=now, **who))
        return True


class Attribution(db.Model):
    """Which flow an order is credited to, and by which rule: the coupon first, then the last click."""

    __tablename__ = "attribution"
    __table_args__ = (
        UniqueConstraint("order_id"),
        same_shop("order_id", "purchase"),
        same_shop("flow_id", "flow"),
        Index("ix_attribution_flow", "flow_id", "at"),
        Index("ix_attribution_unwritten", "shop_id", sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column()
    node: Mapped[str] = mapped_column(String(40), default="")
    rule: Mapped[str] = mapped_column(String(10))  # coupon, click
    sales: Mapped[int] = mapped_column(db.BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)  # since when the book of sales knows of it
