"""What a shop sells, as far as a message shows it, how its price and stock moved, and who looked at what last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Row, String, UniqueConstraint, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.upsert import insert

STATE = ("title", "description", "price", "image", "url", "stock", "updated_at")  # what each telling replaces


class Product(db.Model):
    """A product; `key` is the shop's own id of it. Prices are minor units of the shop's currency."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("shop_id", "key"), UniqueConstraint("shop_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500), default="")
    price: Mapped[int] = mapped_column(db.BigInteger)
    image: Mapped[str] = mapped_column(String(500), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    stock: Mapped[int | None] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write tellings of products, oldest first, by (shop, key); what is older than what we know changes nothing.

        A row without `stock` leaves it as it is. Each has `heard_at`, and a price or stock that moved is noted down.
        """
        if not rows:
            return
        latest, moves = compared(cls._known(rows), rows)
        told = insert(cls)
        newer = told.on_conflict_do_update(
            index_elements=["shop_id", "key"], set_={name: told.excluded[name] for name in STATE},
            where=told.excluded.updated_at >= cls.updated_at,
        )  # fmt: skip
        if latest:
            db.session.connection().execute(newer, latest)
        ProductMove.note(moves)

    @classmethod
    def sell(cls, shop_id: int, key: str, quantity: int, now: datetime, price: int | None = None) -> bool:
        """Take pieces off the shelf; False when fewer are left, or when the price is no longer `price`."""
        there = or_(cls.stock.is_(None), cls.stock >= quantity)
        return cls.take(
            shop_id, key, quantity, now, there, *([cls.price == price] if price is not None else [])
        )

    @classmethod
    def take(cls, shop_id: int, key: str, quantity: int, now: datetime, *only: ColumnElement[bool]) -> bool:
        """Take pieces off the shelf, below nothing if need be, and note the move; False unless `only` holds."""
        shelf = update(cls).where(cls.shop_id == shop_id, cls.key == key, *only)
        sold = shelf.values(stock=cls.stock - quantity).returning(cls.stock, cls.price)
        row = db.session.execute(sold).first()
        if row is not None and row.stock is not None:
            same = {"price_before": row.price, "price": row.price}
            ProductMove.note([{"shop_id": shop_id, "product_key": key, "stock_before": row.stock + quantity,
                               "stock": row.stock, "at": now, "heard_at": now} | same])  # fmt: skip
        return row is not None

    @classmethod
    def _known(cls, rows: Sequence[Mapping[str, Any]]) -> dict[str, Row[Any]]:
        columns = cls.key, cls.price, cls.stock, cls.updated_at
        theirs = select(*columns).where(cls.shop_id == rows[0]["shop_id"])
        found = db.session.execute(theirs.where(cls.key.in_({row["key"] for row in rows})))
        return {row.key: row for row in found}


def compared(
    known: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the last state of each product as it is to be written, and how prices and stocks moved. Pure."""
    states = {
        key: {"price": row.price, "stock": row.stock, "updated_at": row.updated_at}
        for key, row in known.items()
    }
    latest: dict[str, dict[str, Any]] = {}
    moves = []
    for row in rows:
        before = states.get(row["key"])
        if before and row["updated_at"] < before["updated_at"]:
            continue
        state = {"stock": before["stock"] if before else None} | dict(row)
        if before and (before["price"], before["stock"]) != (state["price"], state["stock"]):
            moves.append(_move(state, before))
        states[row["key"]] = state
        latest[row["key"]] = {name: value for name, value in state.items() if name != "heard_at"}
    return list(latest.values()), moves


def _move(state: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    now = {name: state[name] for name in ("shop_id", "price", "stock", "heard_at")}
    was = {"price_before": before["price"], "stock_before": before["stock"]}
    return {**now, **was, "product_key": state["key"], "at": state["updated_at"]}


class ProductMove(db.Model):
    """That the price or the stock of a product became another; `at` by the shop's word, `heard_at` by our clock."""

    __tablename__ = "product_move"
    __table_args__ = (
        Index("ix_product_move_at", "shop_id", "at"),
        Index("ix_product_move_heard", "shop_id", "heard_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    product_key: Mapped[str] = mapped_column(String(80))
    price_before: Mapped[int] = mapped_column(db.BigInteger)
    price: Mapped[int] = mapped_column(db.BigInteger)
    stock_before: Mapped[int | None] = mapped_column()
    stock: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    heard_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def note(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write moves down."""
        if rows:
            db.session.connection().execute(plain_insert(cls), list(rows))


class ProductView(db.Model):
    """The last product that a known customer looked at."""

    __tablename__ = "product_view"
    __table_args__ = (
        same_shop("customer_id", "customer"),
        Index("ix_product_view_at", "shop_id", "at"),
        Index("ix_product_view_heard", "shop_id", "heard_at"),
    )
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    product_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    heard_at: Mapped[datetime | None] = mapped_column(Instant)  # when the shop told of it

    @classmethod
    def save(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write what customers looked at last."""
        if rows:
            told = insert(cls)
            later = told.on_conflict_do_update(
                index_elements=["shop_id", "customer_id"],
                set_={name: told.excluded[name] for name in ("product_key", "at", "heard_at")},
                where=told.excluded.at >= cls.at,
            )  # fmt: skip
            db.session.connection().execute(later, list(rows))
