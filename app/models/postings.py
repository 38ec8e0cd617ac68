"""The book of credited sales: what an order adds to a flow's figures, and each later correction, as lines that stay.

As in any book nothing is changed: a refund or a cancellation takes the old line back with its opposite and writes the
new one. So whoever has added up all lines up to an instant needs to read only the lines written since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, and_, case, func, insert, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.models.carts import Cart
from app.models.orders import Order
from app.models.tracking import Attribution

# Sales are what was paid: gross − discounts − returns + taxes + shipping (AUTO-23).
PARTS = ("gross", "discounts", "returns", "taxes", "shipping")
LINE = ("shop_id", "order_id", "flow_id", "node", "rule", "currency", "orders", "recovered", *PARTS, "at")


class Posting(db.Model):
    """One line. `orders` is 1 or −1, `recovered` the same for a cart won back by its link; amounts are minor units.

    `at` is when the order was placed, which is the day that it counts for; `posted_at` when the line was written.
    """

    __tablename__ = "posting"
    __table_args__ = (
        same_shop("order_id", "purchase"),
        same_shop("flow_id", "flow"),
        Index("ix_posting_flow", "flow_id", "posted_at"),
        Index("ix_posting_order", "order_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    node: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    orders: Mapped[int] = mapped_column()
    recovered: Mapped[int] = mapped_column()
    gross: Mapped[int] = mapped_column(db.BigInteger)
    discounts: Mapped[int] = mapped_column(db.BigInteger)
    returns: Mapped[int] = mapped_column(db.BigInteger)
    taxes: Mapped[int] = mapped_column(db.BigInteger)
    shipping: Mapped[int] = mapped_column(db.BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def bring(cls, shop_id: int, orders: Collection[int], now: datetime) -> int:
        """Make the book say what the credits of these orders say now; return how many lines that took.

        Can be run again: where the book is right already, nothing is written. Whoever brings the same orders at the
        same time waits, and then reads what was written.
        """
        if not orders:
            return 0
        cls._alone(shop_id, orders)
        due = {row.order_id: row._asdict() for row in db.session.execute(_credited(shop_id, orders))}
        said = {row.order_id: row._asdict() for row in db.session.execute(cls._said(shop_id, orders))}
        wrong = [id for id in orders if due.get(id) != said.get(id)]
        lines = [_opposite(said[id]) for id in wrong if id in said]
        lines += [due[id] for id in wrong if id in due]
        cls._write(lines, now)
        mark = update(Attribution).where(Attribution.shop_id == shop_id, Attribution.order_id.in_(orders))
        db.session.execute(mark.where(Attribution.posted_at.is_(None)).values(posted_at=now))
        return len(lines)

    @classmethod
    def open(cls, shop_id: int, now: datetime, most: int = 1000) -> int:
        """Write the lines of credits that are older than the book; return how many of them were looked at."""
        unwritten = select(Attribution.order_id).where(
            Attribution.shop_id == shop_id, Attribution.posted_at.is_(None)
        )
        orders = list(db.session.scalars(unwritten.limit(most)))
        cls.bring(shop_id, orders, now)
        return len(orders)

    @staticmethod
    def _alone(shop_id: int, orders: Collection[int]) -> None:
        """Lock the credits of these orders: reading the book and writing into it are two statements."""
        theirs = select(Attribution.id).where(
            Attribution.shop_id == shop_id, Attribution.order_id.in_(orders)
        )
        db.session.execute(theirs.order_by(Attribution.id).with_for_update(key_share=True)).all()

    @classmethod
    def _write(cls, lines: Sequence[Mapping[str, Any]], now: datetime) -> None:
        if lines:
            written = [{**line, "posted_at": now} for line in lines]
            db.session.connection().execute(insert(cls), written)

    @classmethod
    def _said(cls, shop_id: int, orders: Collection[int]) -> Select[Any]:
        """SQL: the line of each order that no opposite has taken back: the last one, unless that is an opposite."""
        last = select(func.max(cls.id)).where(cls.shop_id == shop_id, cls.order_id.in_(orders))
        kept = select(*[getattr(cls, name) for name in LINE]).where(cls.orders > 0)
        return kept.where(cls.id.in_(last.group_by(cls.order_id)))


def _opposite(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line} | {name: -line[name] for name in ("orders", "recovered", *PARTS)}


def _credited(shop_id: int, orders: Collection[int]) -> Select[Any]:
    return credits_now().where(Attribution.shop_id == shop_id, Attribution.order_id.in_(orders))


def credits_now() -> Select[Any]:
    """SQL: the line that each credit deserves as things stand; a cancelled order's deserves none."""
    gross = Attribution.sales + Order.discount - Order.tax - Order.shipping
    same = and_(Order.shop_id == Attribution.shop_id, Order.id == Attribution.order_id)
    cart = and_(Cart.shop_id == Order.shop_id, Cart.id == Order.cart_id)
    columns = (
        Attribution.shop_id, Attribution.order_id, Attribution.flow_id, Attribution.node, Attribution.rule,
        Order.currency, literal(1).label("orders"),
        case((Cart.recovered_at.is_not(None), 1), else_=0).label("recovered"),
        gross.label("gross"), Order.discount.label("discounts"), func.coalesce(Order.refunded, 0).label("returns"),
        Order.tax.label("taxes"), Order.shipping.label("shipping"), Attribution.at,
    )  # fmt: skip
    return select(*columns).join(Order, same).outerjoin(Cart, cart).where(Order.cancelled_at.is_(None))
