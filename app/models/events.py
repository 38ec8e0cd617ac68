"""An event: something that happened in a shop, once, and the flows it was refused by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.lists import among
from app.questions import asks, changes, told


class Event(db.Model):
    """What happened to whom. `key` is unique in the shop, so the same happening is one row."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        UniqueConstraint("shop_id", "id"),
        same_shop("customer_id", "customer"),
        same_shop("cart_id", "cart"),
        same_shop("order_id", "purchase"),
        Index("ix_event_customer", "shop_id", "customer_id", "at"),
        Index(
            "ix_event_waiting",
            "shop_id",
            "id",
            sqlite_where=db.text("enrolled_at IS NULL"),
            postgresql_where=db.text("enrolled_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(160))
    customer_id: Mapped[int | None] = mapped_column()
    cart_id: Mapped[int | None] = mapped_column()
    order_id: Mapped[int | None] = mapped_column()
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant)
    enrolled_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write what happened; a happening whose key is known is left as it is."""
        blank = {"customer_id": None, "cart_id": None, "order_id": None}
        bulk.insert(cls, [{**blank, **row} for row in rows], once=("shop_id", "key"))

    @classmethod
    def record(
        cls, shop_id: int, name: str, key: str, customer_id: int, at: datetime, data: Mapping[str, Any]
    ) -> None:
        """Write one thing that happened to a customer; the next enrolment looks at it."""
        row = {
            "shop_id": shop_id,
            "name": name,
            "key": key,
            "customer_id": customer_id,
            "at": at,
            "data": dict(data),
        }
        cls.save([row])

    @classmethod
    def waiting(cls, shop_id: int, most: int) -> list[int]:
        """Return the ids of a shop's events that no flow has looked at yet, in the order they came."""
        return [row.id for row in cls._waiting(shop_id=shop_id, most=most)]

    @classmethod
    @asks
    def _waiting(cls) -> Any:
        fresh = select(cls.id).where(cls.shop_id == told("shop_id"), cls.enrolled_at.is_(None))
        return fresh.order_by(cls.id).limit(told("most"))

    @classmethod
    def unseen(cls, ids: Collection[int]) -> list[Row[Any]]:
        """Return all columns of those of these events that no flow has looked at yet, in the order they came."""
        return cls._unseen(ids=ids)

    @classmethod
    @asks
    def _unseen(cls) -> Any:
        fresh = select(*cls.__table__.columns).where(among(cls.id, told("ids")), cls.enrolled_at.is_(None))
        return fresh.order_by(cls.id)

    @classmethod
    def enrolled(cls, ids: Collection[int], now: datetime) -> None:
        """Record that every live flow has looked at these events."""
        cls._enrolled(ids=ids, now=now)

    @classmethod
    @changes
    def _enrolled(cls) -> Any:
        return update(cls).where(among(cls.id, told("ids"))).values(enrolled_at=told("now"))


class Refusal(db.Model):
    """Why an event did not start a run of a flow: the answer to "why did this customer get nothing?"."""

    __tablename__ = "refusal"
    __table_args__ = (
        same_shop("event_id", "event"),
        same_shop("flow_id", "flow"),
        Index("ix_refusal_flow", "flow_id", "at"),
    )
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write why events started nothing."""
        bulk.insert(cls, rows, once=("shop_id", "event_id", "flow_id"))
