"""Placing: a left cart becomes an order because somebody of the shop says so, once, whoever else is at it.

Nobody is charged (CART-30). The order is ours at once, and what happened is put into the inbox as if the shop had told
it: reminders end, customers and figures are counted by the one way there is. In the demo shop the goods leave the
shelf too. Knows the one transaction. Must not know a page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.extensions import db
from app.models.by_hand import Letter, TooLate, confirm
from app.models.carts import Cart
from app.models.customers import Customer
from app.models.inbox import InboxRow
from app.models.orders import Order
from app.models.products import Product
from app.models.sales import Sale

SOURCE = "desk"
ITEM = ("product", "title", "quantity", "price", "image", "url")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the merchant chose. `sells`: this shop's shelves are ours, so that its goods leave them (the demo)."""

    user_id: int
    paid: bool
    payment: str
    shipping: int = 0
    sells: bool = False
    letter: Letter | None = None  # the confirmation, if one shall be sent


@dataclass(frozen=True, slots=True)
class Effect:
    """What an order takes of one product: pieces wanted, pieces there today (None: not counted)."""

    title: str
    wanted: int
    there: int | None

    @property
    def sort(self) -> str:
        """last: it takes the last piece; over: there are not so many; "" when it changes nothing worth a word."""
        if self.there is None or self.wanted < self.there:
            return ""
        return "last" if self.wanted == self.there else "over"


def effects(items: Iterable[Mapping[str, Any]], stock: Mapping[str, int | None]) -> list[Effect]:
    """Return what ordering these items takes of each product (CART-31)."""
    return [
        Effect(str(item.get("title", "")), int(item.get("quantity", 1)), stock.get(str(item["product"])))
        for item in items
    ]


def place(shop_id: int, cart_id: int, chosen: Chosen, real: datetime, now: datetime) -> int:
    """Turn a cart into an order, inside the caller's unit, and return its id. Raises TooLate when it is one already."""
    cart = Cart.alone(shop_id, cart_id)
    if cart is None or not Cart.order(shop_id, cart_id, now):
        raise TooLate("ordered")
    row = _row(cart, chosen, now)
    body = _body(cart, row, chosen)
    if chosen.sells:
        _sell(shop_id, row, body, real, now)
    order_id = Order.place(row, chosen.user_id, chosen.payment)
    InboxRow.take(shop_id, SOURCE, f"order:{row['token']}", json.dumps(body).encode(), now)
    if chosen.letter is not None and cart.customer_id is not None:
        confirm(shop_id, cart.customer_id, order_id, chosen.letter, now)
    return order_id


def _row(cart: Cart, chosen: Chosen, now: datetime) -> dict[str, Any]:
    token = order_token(cart.token)
    number = order_number(token) if chosen.sells else f"R-{cart.id}"
    return {
        "shop_id": cart.shop_id, "token": token, "number": number, "customer_id": cart.customer_id,
        "cart_id": cart.id, "items": cart.items, "total": cart.total + chosen.shipping, "discount": 0,
        "shipping": chosen.shipping, "tax": 0, "currency": cart.currency, "codes": [], "placed_at": now,
        "updated_at": now, "paid_at": now if chosen.paid else None, "cancelled_at": None,
    }  # fmt: skip


def _body(cart: Cart, row: Mapping[str, Any], chosen: Chosen) -> dict[str, Any]:
    """Return what happened, in the words in which a shop tells it."""
    items = [{name: item[name] for name in ITEM if name in item} for item in cart.items]
    plain = {name: row[name] for name in ("token", "number", "currency", "total", "shipping")}
    order = plain | {"cart": cart.token, "items": items, "paid": chosen.paid}
    customer = db.session.get_one(Customer, cart.customer_id)
    at = row["placed_at"].isoformat()
    return {"event": "order.placed", "at": at, "customer": {"email": customer.email}, "order": order}


def _sell(
    shop_id: int, row: Mapping[str, Any], body: Mapping[str, Any], real: datetime, now: datetime
) -> None:
    """Take the goods off the shelf, below nothing if need be, and write the sale down as the till does."""
    if not Sale.open(shop_id, row["token"], now):
        raise TooLate("ordered")
    for item in sorted(
        row["items"], key=lambda item: str(item["product"])
    ):  # one order of locks for everybody
        Product.take(shop_id, str(item["product"]), int(item.get("quantity", 1)), now)
    Sale.close(shop_id, row["token"], row["total"], body)
    Sale.told(shop_id, row["token"], real)


def order_token(cart: str) -> str:
    """Return the token of the order that a cart becomes: one cart is ordered once."""
    return hashlib.sha256(f"order:{cart}".encode()).hexdigest()[:24]


def order_number(token: str) -> str:
    """Return the number that a person reads: PL- and six digits."""
    return f"PL-{int(token[:12], 16) % 1_000_000:06d}"
