"""An order: what was bought, for how much, with which codes, and whether it was paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, String, UniqueConstraint, case, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.lists import in_shop
from app.questions import asks, told
from app.upsert import built_once, insert

STATE = (
    "number",
    "items",
    "total",
    "discount",
    "shipping",
    "tax",
    "currency",
    "codes",
    "url",
    "tracking",
    "refunded",
    "updated_at",
)  # what each telling replaces
MOMENTS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "refunded_at")  # once told, always


class Order(db.Model):
    """An order by the shop's own token. Amounts are minor units of `currency`."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("shop_id", "token"),
        UniqueConstraint("shop_id", "id"),
        same_shop("customer_id", "customer"),
        same_shop("cart_id", "cart"),
        Index("ix_purchase_customer", "shop_id", "customer_id", "placed_at"),
        Index("ix_purchase_placed", "shop_id", "placed_at"),
        Index(
            "ix_purchase_cart",
            "shop_id",
            "cart_id",
            sqlite_where=db.text("cart_id IS NOT NULL"),
            postgresql_where=db.text("cart_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    token: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40), default="")
    customer_id: Mapped[int | None] = mapped_column()
    cart_id: Mapped[int | None] = mapped_column()
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(db.BigInteger)
    discount: Mapped[int] = mapped_column(db.BigInteger, default=0)
    shipping: Mapped[int] = mapped_column(db.BigInteger, default=0)
    tax: Mapped[int] = mapped_column(db.BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    codes: Mapped[list[str]] = mapped_column(Json)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime | None] = mapped_column(Instant)  # when what is told here was so
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    shipped_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    refunded_at: Mapped[datetime | None] = mapped_column(Instant)
    refunded: Mapped[int | None] = mapped_column(db.BigInteger)  # what was given back so far
    url: Mapped[str | None] = mapped_column(String(500))  # where the customer sees it, or pays for it
    tracking: Mapped[str | None] = mapped_column(String(120))  # the parcel's number
    placed_by: Mapped[int | None] = mapped_column()  # the user who turned a cart into it; None: the customer
    payment: Mapped[str | None] = mapped_column(String(40))  # how that user said that it is or will be paid

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write orders by (shop, token): once paid or cancelled, always; of the rest, what happened last counts.

        `placed_at` is the earliest that anybody told, so that a placing told after the payment mends it.
        """
        unsaid = dict.fromkeys((*MOMENTS, "url", "tracking", "refunded"))
        bulk.upsert(cls, cls._saved(), [{**unsaid, **row} for row in rows])

    @classmethod
    @built_once
    def _saved(cls) -> Any:
        told = insert(cls)
        newer = told.excluded.updated_at >= func.coalesce(cls.updated_at, told.excluded.updated_at)
        state: dict[str, Any] = {
            name: case((newer, told.excluded[name]), else_=getattr(cls, name)) for name in STATE
        }
        earlier = told.excluded.placed_at < cls.placed_at
        state["placed_at"] = case((earlier, told.excluded.placed_at), else_=cls.placed_at)
        for name in ("customer_id", "cart_id", *MOMENTS):
            state[name] = func.coalesce(getattr(cls, name), told.excluded[name])
        for name in ("url", "tracking", "refunded"):
            state[name] = func.coalesce(state[name], getattr(cls, name))  # a telling may leave them out
        return told.on_conflict_do_update(index_elements=["shop_id", "token"], set_=state)

    @classmethod
    def known(cls, shop_id: int, tokens: Collection[str]) -> dict[str, Row[Any]]:
        """Return all columns of each of these orders that the shop knows, by token."""
        return {row.token: row for row in cls._known(shop_id=shop_id, tokens=tokens)} if tokens else {}

    @classmethod
    @asks
    def _known(cls) -> Any:
        return select(*cls.__table__.columns).where(in_shop(told("shop_id"), cls.token, told("tokens")))

    @classmethod
    def place(cls, row: Mapping[str, Any], user_id: int, payment: str) -> int:
        """Write an order that a user placed for a customer, and return its id (CART-28)."""
        cls.save([row])
        mine = update(cls).where(cls.shop_id == row["shop_id"], cls.token == row["token"])
        placed = mine.values(placed_by=user_id, payment=payment).returning(cls.id)
        return int(db.session.scalars(placed).one())
