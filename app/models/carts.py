"""A cart: what somebody was about to buy, whether they came back by our link, and whether they paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, case, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.lists import in_shop
from app.questions import asks, told
from app.unit import changed
from app.upsert import built_once, insert

STATE = ("items", "total", "currency", "url", "shipping", "updated_at")  # what each telling replaces


class Cart(db.Model):
    """A cart by the shop's own token. `items` is a list of {product,title,quantity,price,image,url}."""

    __tablename__ = "cart"
    __table_args__ = (
        UniqueConstraint("shop_id", "token"),
        UniqueConstraint("shop_id", "id"),
        same_shop("customer_id", "customer"),
        Index(
            "ix_cart_open",
            "shop_id",
            "updated_at",
            sqlite_where=db.text("ordered_at IS NULL"),
            postgresql_where=db.text("ordered_at IS NULL"),
        ),
        Index("ix_cart_heard", "shop_id", "heard_at", sqlite_where=db.text("ordered_at IS NULL"),
              postgresql_where=db.text("ordered_at IS NULL")),
        Index("ix_cart_recovered", "shop_id", "updated_at", sqlite_where=db.text("recovered_at IS NOT NULL"),
              postgresql_where=db.text("recovered_at IS NOT NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    token: Mapped[str] = mapped_column(String(80))
    customer_id: Mapped[int | None] = mapped_column()
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(db.BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    url: Mapped[str] = mapped_column(String(500), default="")
    shipping: Mapped[str | None] = mapped_column(String(120))  # how it was to be sent, in the shop's words
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    heard_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time that the shop told of it
    checkout_at: Mapped[datetime | None] = mapped_column(Instant)
    abandoned_at: Mapped[datetime | None] = mapped_column(Instant)
    pressed_at: Mapped[datetime | None] = mapped_column(Instant)
    ordered_at: Mapped[datetime | None] = mapped_column(Instant)
    recovered_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write carts by (shop, token): the newest state wins, a known owner and a reached checkout stay known."""
        bulk.upsert(cls, cls._saved(), [{"shipping": None, **row} for row in rows])

    @classmethod
    @built_once
    def _saved(cls) -> Any:
        told = insert(cls)
        newer = told.excluded.updated_at >= cls.updated_at
        state: dict[str, Any] = {
            name: case((newer, told.excluded[name]), else_=getattr(cls, name)) for name in STATE
        }
        state["shipping"] = func.coalesce(state["shipping"], cls.shipping)  # a telling may leave it out
        state |= {
            "customer_id": func.coalesce(told.excluded.customer_id, cls.customer_id),
            "checkout_at": func.coalesce(cls.checkout_at, told.excluded.checkout_at),
            "heard_at": told.excluded.heard_at,
        }
        return told.on_conflict_do_update(index_elements=["shop_id", "token"], set_=state)

    @classmethod
    def known(cls, shop_id: int, tokens: Collection[str]) -> dict[str, tuple[int, int | None]]:
        """Return (id, customer id) of each of these carts that the shop knows, by token."""
        rows = cls._known(shop_id=shop_id, tokens=tokens) if tokens else ()
        return {row.token: (row.id, row.customer_id) for row in rows}

    @classmethod
    @asks
    def _known(cls) -> Any:
        columns = select(cls.token, cls.id, cls.customer_id)
        return columns.where(in_shop(told("shop_id"), cls.token, told("tokens")))

    @classmethod
    def press(cls, shop_id: int, token: str, now: datetime) -> bool:
        """Record that the recovery link was pressed while there was something to recover (CART-17)."""
        open = update(cls).where(cls.shop_id == shop_id, cls.token == token, cls.ordered_at.is_(None))
        return bool(changed(open.values(pressed_at=now)))

    @classmethod
    def alone(cls, shop_id: int, id: int) -> Cart | None:
        """Return this shop's cart, locked: what people do with one cart by hand happens one after the other."""
        mine = select(cls).where(cls.shop_id == shop_id, cls.id == id)
        return db.session.scalar(
            mine.with_for_update(key_share=True).execution_options(populate_existing=True)
        )

    @classmethod
    def order(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Close a cart because it was turned into an order here; False when it was ordered before (CART-28)."""
        open = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.ordered_at.is_(None))
        return bool(changed(open.values(ordered_at=now)))
