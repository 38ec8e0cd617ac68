"""Who went quiet: carts, checkouts, views and last orders that nobody has touched for so long.

Knows one query a subject, bounded by an index whichever way it looks: by when a silence became long enough, or by when
we heard of it. It is asked each second for each flow that waits for one, and so put together once. Must not know flows,
nor what a silence is good for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, String, and_, cast, exists, extract, func, literal, select

from app.extensions import db
from app.models.carts import Cart
from app.models.customers import Customer
from app.models.events import Event
from app.models.orders import Order
from app.models.products import ProductView
from app.questions import asks, told

SHOP = told("shop_id")


@dataclass(frozen=True, slots=True)
class Window:
    """Silences of a shop that became `after` long after the instant `since`, up to and including `until`.

    `heard_from`: of which we heard then or later only.
    """

    shop_id: int
    after: timedelta
    since: datetime
    until: datetime
    heard_from: datetime | None = None

    @property
    def means(self) -> dict[str, Any]:
        """What the names in a query of this window mean."""
        heard = {"heard_from": self.heard_from} if self.heard_from else {}
        return {
            "shop_id": self.shop_id,
            "begun": self.since - self.after,
            "ended": self.until - self.after,
            **heard,
        }


@dataclass(frozen=True, slots=True)
class Subject:
    """What can go quiet: its event, the columns that say about what, since when and when we heard, and its rows."""

    event: str
    about: Any
    quiet_since: Any
    heard_at: Any
    rows: Select[Any]

    def within(self, heard: bool) -> Select[Any]:
        """SQL: the silences in a window, the oldest first; `heard`: of which we heard late."""
        rows, since = self.rows, self.quiet_since
        if heard:
            # Written so that no index fits it: the one on when we heard is the short way to the few that came late.
            since = func.coalesce(since, since)
            rows = rows.where(self.heard_at >= told("heard_from"))
        return rows.where(since > told("begun"), since <= told("ended")).order_by(since)

    def untold(self, heard: bool) -> Select[Any]:
        """SQL: those of them, `most` at the most, whose event is not there already."""
        key = (
            literal(f"{self.event}:")
            + cast(self.about, String)
            + literal(":")
            + told("seconds")
            + literal(":")
        )
        known = exists().where(
            Event.shop_id == SHOP, Event.key == key + cast(_epoch(self.quiet_since), String)
        )
        return self.within(heard).where(~known).limit(told("most"))


def found(subject: str, window: Window, most: int) -> list[dict[str, Any]]:
    """Return up to `most` silences in a window as rows of `event`, the oldest first; those told are left out."""
    told_by = window.means | {"seconds": str(_seconds(window)), "most": most}
    rows = _untold(subject, window.heard_from is not None, **told_by)
    return [_event(SUBJECTS[subject].event, window, row) for row in rows]


def count(subject: str, window: Window) -> int:
    """Return how many customers' silences lie in a window: whom a look back would reach."""
    if subject not in SUBJECTS:
        return 0  # what moved or came round in the past is not looked back for
    [(many,)] = _count(subject, window.heard_from is not None, **window.means)
    return int(many)


@asks
def _untold(subject: str, heard: bool) -> Any:
    return SUBJECTS[subject].untold(heard)


@asks
def _count(subject: str, heard: bool) -> Any:
    return select(func.count().label("many")).select_from(SUBJECTS[subject].within(heard).subquery())


def _key(name: str, window: Window, row: Any) -> str:
    # The silence has a name: what was left, for how long, and since when. The same one is swept once.
    return f"{name}:{row.about}:{_seconds(window)}:{int(row.quiet_since.timestamp())}"


def _seconds(window: Window) -> int:
    return int(window.after.total_seconds())


def _epoch(column: Any) -> Any:
    """SQL: the whole seconds since 1970, cut off and not rounded, as in the key."""
    if db.engine.dialect.name == "sqlite":
        return func.strftime("%s", func.substr(column, 1, 19))
    return cast(func.floor(extract("epoch", column)), BigInteger)


def _event(name: str, window: Window, row: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"after": _seconds(window)} | {
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


def _carts() -> Select[Any]:
    about = Cart.id.label("about"), Cart.updated_at.label("quiet_since"), Cart.customer_id
    what = Cart.id.label("cart_id"), Cart.token.label("cart"), Cart.items, Cart.checkout_at
    left: Select[Any] = select(*about, *what)
    return left.where(
        Cart.shop_id == SHOP,
        Cart.ordered_at.is_(None),
        Cart.customer_id.is_not(None),
        Cart.total > 0,
    )


def _checkouts() -> Select[Any]:
    return _carts().where(Cart.checkout_at.is_not(None))


def _views() -> Select[Any]:
    whose, seen = ProductView.customer_id, ProductView.at
    went_on = exists().where(Cart.shop_id == SHOP, Cart.customer_id == whose, Cart.updated_at >= seen)
    bought = exists().where(Order.shop_id == SHOP, Order.customer_id == whose, Order.placed_at >= seen)
    about: Any = (
        whose.label("about"),
        seen.label("quiet_since"),
        whose,
        ProductView.product_key.label("product"),
    )
    left: Select[Any] = select(*about)
    return left.where(ProductView.shop_id == SHOP, ~went_on, ~bought)


def _lapsed() -> Select[Any]:
    last = and_(Order.shop_id == Customer.shop_id, Order.customer_id == Customer.id,
                Order.placed_at == Customer.last_order_at)  # fmt: skip
    about: Any = (
        Customer.id.label("about"), Customer.last_order_at.label("quiet_since"), Customer.id.label("customer_id"),
        func.max(Order.id).label("order_id"), func.max(Order.token).label("order"),
    )  # fmt: skip
    gone: Select[Any] = select(*about)
    return (
        gone.join(Order, last).where(Customer.shop_id == SHOP).group_by(Customer.id, Customer.last_order_at)
    )


SUBJECTS: dict[str, Subject] = {
    "cart": Subject("cart.abandoned", Cart.id, Cart.updated_at, Cart.heard_at, _carts()),
    "checkout": Subject("checkout.abandoned", Cart.id, Cart.updated_at, Cart.heard_at, _checkouts()),
    "view": Subject(
        "product.abandoned", ProductView.customer_id, ProductView.at, ProductView.heard_at, _views()
    ),
    "order": Subject(
        "customer.lapsed", Customer.id, Customer.last_order_at, Customer.last_order_heard_at, _lapsed()
    ),
}
