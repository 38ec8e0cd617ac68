"""Who went quiet: carts, checkouts, views and last orders that nobody has touched for so long.

Knows one bounded query a subject, on an index. Must not know flows, nor what a silence is good for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select

from app.extensions import db
from app.models.carts import Cart
from app.models.customers import Customer
from app.models.events import Event
from app.models.orders import Order
from app.models.products import ProductView


@dataclass(frozen=True, slots=True)
class Window:
    """Silences of a shop that became `after` long after the instant `since`, up to and including `until`."""

    shop_id: int
    after: timedelta
    since: datetime
    until: datetime

    def quiet(self, column: Any) -> Any:
        """SQL: the silence that began at `column` became long enough within this window."""
        return and_(column > self.since - self.after, column <= self.until - self.after)


def found(subject: str, window: Window, most: int) -> list[dict[str, Any]]:
    """Return the silences in a window as rows of `event`, the oldest first; those already told are left out."""
    name, query = SUBJECTS[subject]
    return [_event(name, window, row) for row in _fresh(name, query(window), window, most)]


def count(subject: str, window: Window) -> int:
    """Return how many customers' silences lie in a window: whom a look back would reach."""
    _name, query = SUBJECTS[subject]
    return db.session.scalar(select(func.count()).select_from(query(window).subquery())) or 0


def _fresh(name: str, query: Select[Any], window: Window, most: int) -> Iterator[Row[Any]]:
    """Yield rows whose event is not there yet, looking at as many batches as it takes to find `most`."""
    left = most
    for rows in db.session.execute(query).partitions(500):
        known = _told([_key(name, window, row) for row in rows], window.shop_id)
        for row in rows:
            if left and _key(name, window, row) not in known:
                left -= 1
                yield row
        if not left:
            return


def _told(keys: list[str], shop_id: int) -> set[str]:
    return set(db.session.scalars(select(Event.key).where(Event.shop_id == shop_id, Event.key.in_(keys))))


def _key(name: str, window: Window, row: Row[Any]) -> str:
    # The silence has a name: what was left, for how long, and since when. The same one is swept once.
    return f"{name}:{row.about}:{int(window.after.total_seconds())}:{int(row.quiet_since.timestamp())}"


def _event(name: str, window: Window, row: Row[Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"after": int(window.after.total_seconds())} | {
        part: getattr(row, part) for part in ("cart", "order", "product") if getattr(row, part, None)
    }
    if getattr(row, "checkout_at", None):
        data["checkout"] = True
    if getattr(row, "items", None):
        data["products"] = [str(item["product"]) for item in row.items]
    return {
        "shop_id": window.shop_id, "name": name, "key": _key(name, window, row), "customer_id": row.customer_id,
        "cart_id": getattr(row, "cart_id", None), "order_id": getattr(row, "order_id", None), "data": data,
        "at": row.quiet_since + window.after,
    }  # fmt: skip


def _carts(window: Window) -> Select[Any]:
    about = Cart.id.label("about"), Cart.updated_at.label("quiet_since"), Cart.customer_id
    what = Cart.id.label("cart_id"), Cart.token.label("cart"), Cart.items, Cart.checkout_at
    left: Select[Any] = select(*about, *what).where(
        Cart.shop_id == window.shop_id, window.quiet(Cart.updated_at), Cart.ordered_at.is_(None),
        Cart.customer_id.is_not(None), Cart.total > 0,
    )  # fmt: skip
    return left.order_by(Cart.updated_at)


def _checkouts(window: Window) -> Select[Any]:
    return _carts(window).where(Cart.checkout_at.is_not(None))


def _views(window: Window) -> Any:
    whose = ProductView.customer_id
    shop, seen = window.shop_id, ProductView.at
    went_on = exists().where(Cart.shop_id == shop, Cart.customer_id == whose, Cart.updated_at >= seen)
    bought = exists().where(Order.shop_id == shop, Order.customer_id == whose, Order.placed_at >= seen)
    about = (
        whose.label("about"),
        ProductView.at.label("quiet_since"),
        whose,
        ProductView.product_key.label("product"),
    )
    left = select(*about).where(
        ProductView.shop_id == window.shop_id, window.quiet(ProductView.at), ~went_on, ~bought
    )
    return left.order_by(ProductView.at)


def _lapsed(window: Window) -> Any:
    last = and_(Order.shop_id == Customer.shop_id, Order.customer_id == Customer.id,
                Order.placed_at == Customer.last_order_at)  # fmt: skip
    about = (
        Customer.id.label("about"),
        Customer.last_order_at.label("quiet_since"),
        Customer.id.label("customer_id"),
    )
    left: Any = select(*about, func.max(Order.id).label("order_id"), func.max(Order.token).label("order"))
    gone: Any = left.join(Order, last).where(
        Customer.shop_id == window.shop_id, window.quiet(Customer.last_order_at)
    )
    return gone.group_by(Customer.id, Customer.last_order_at).order_by(Customer.last_order_at)


SUBJECTS: dict[str, tuple[str, Callable[[Window], Any]]] = {
    "cart": ("cart.abandoned", _carts),
    "checkout": ("checkout.abandoned", _checkouts),
    "view": ("product.abandoned", _views),
    "order": ("customer.lapsed", _lapsed),
}
