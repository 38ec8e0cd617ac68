"""Saving: what was heard becomes rows, a kind of row at a time, each by one bulk statement.

Knows how happenings that tell of the same thing are put together. Must not know consent, credit or flows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from app import clock
from app.models import Cart, Customer, Event, Interest, Order, Product, ProductView
from app.shops.facts import Item, Reading
from workers import interests
from workers.heard import Heard

MOMENTS = {
    "order.shipped": "shipped_at", "order.delivered": "delivered_at", "order.cancelled": "cancelled_at",
    "order.refunded": "refunded_at",
}  # fmt: skip
# An order that was paid was placed, and one that was placed and paid was paid, whichever of the two the shop told.
# The event keys make the second telling harmless.
ALSO = {"order.paid": "order.placed", "order.placed": "order.paid"}


def save(shop_id: int, heard: Sequence[Heard], unheard: Collection[str] = ()) -> list[Row[Any]]:
    """Write everything that these happenings tell, oldest first; those named in `unheard` are no events yet.

    Return the orders that they tell of, as they are now.
    """
    Product.save(_products(shop_id, heard))
    Customer.save(_customers(shop_id, heard))
    people = Customer.ids(shop_id, {each.email for each in heard if each.email})
    Cart.save(_carts(shop_id, heard, people))
    carts = Cart.known(shop_id, {each.cart for each in heard if each.cart})
    Order.save(_orders(shop_id, heard, people, carts))
    orders = Order.known(shop_id, {each.order for each in heard if each.order})
    ProductView.save(_views(shop_id, heard, people))
    Interest.save(interests.signs(shop_id, heard, people, carts))
    told = [each for each in heard if each.reading.event not in unheard]
    Event.save(_events(shop_id, told, people, carts, orders))
    return list(orders.values())


def _products(shop_id: int, heard: Iterable[Heard]) -> list[dict[str, Any]]:
    """Return every telling of a product: from one to the next its price and stock may move."""
    told, now = [], clock.now(shop_id)
    for each in heard:
        if product := each.reading.product:
            stock = {"stock": product.stock} if "stock" in product.model_fields_set else {}
            told.append({
                "shop_id": shop_id, "key": product.id, "title": product.title,
                "description": product.description, "price": product.price,
                "image": product.image, "url": product.url, "updated_at": each.at, "heard_at": now,
            } | stock)  # fmt: skip
    return told


def _customers(shop_id: int, heard: Iterable[Heard]) -> list[dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    now = clock.now(shop_id)
    for each in heard:
        if customer := each.reading.customer:
            row = known.setdefault(
                customer.email, {"shop_id": shop_id, "email": customer.email, "created_at": each.at}
            )
            told = {
                name: getattr(customer, name) for name in ("first_name", "last_name", "locale", "timezone")
            }
            row |= {name: value or row.get(name, "") for name, value in told.items()}
            row |= {"birthday": customer.birthday or row.get("birthday"), "changed_at": now}
    return list(known.values())


def _carts(shop_id: int, heard: Iterable[Heard], people: dict[str, int]) -> list[dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    now = clock.now(shop_id)
    for each in heard:
        if cart := each.reading.cart:
            row = known.setdefault(
                cart.token, {"shop_id": shop_id, "token": cart.token, "created_at": each.at}
            )
            reached = each.reading.event == "checkout.started" or cart.checkout
            row["checkout_at"] = row.get("checkout_at") or (each.at if reached else None)
            row["customer_id"] = people.get(each.email or "") or row.get("customer_id")
            row |= {"items": _items(cart.items), "total": _total(cart.items), "currency": cart.currency}
            row |= {"url": cart.url, "updated_at": each.at, "heard_at": now}
            row["shipping"] = cart.shipping or row.get("shipping")
    return list(known.values())


def _orders(
    shop_id: int, heard: Iterable[Heard], people: dict[str, int], carts: dict[str, tuple[int, int | None]]
) -> list[dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for each in heard:
        if order := each.reading.order:
            row = known.setdefault(
                order.token, {"shop_id": shop_id, "token": order.token, "placed_at": each.at}
            )
            cart_id, owner = carts.get(each.cart or "", (None, None))
            row["customer_id"] = people.get(each.email or "") or row.get("customer_id") or owner
            row["cart_id"] = cart_id or row.get("cart_id")
            row["paid_at"] = row.get("paid_at") or (each.at if each.paid else None)
            row |= {column: each.at for name, column in MOMENTS.items() if each.reading.event == name}
            plain = ("number", "total", "discount", "shipping", "tax", "currency")
            row |= {name: getattr(order, name) for name in plain}
            row |= {name: getattr(order, name) or row.get(name) for name in ("url", "tracking", "refunded")}
            row |= {"items": _items(order.items), "codes": list(order.codes), "updated_at": each.at}
    return list(known.values())


def _views(shop_id: int, heard: Iterable[Heard], people: dict[str, int]) -> list[dict[str, Any]]:
    last, now = {}, clock.now(shop_id)
    for each in heard:
        if each.reading.event == "product.viewed" and each.email and each.reading.product:
            viewer = people[each.email]
            last[viewer] = {
                "shop_id": shop_id, "customer_id": viewer, "product_key": each.reading.product.id, "at": each.at,
                "heard_at": now,
            }  # fmt: skip
    return list(last.values())


def _events(
    shop_id: int, heard: Iterable[Heard], people: dict[str, int], carts: dict[str, tuple[int, int | None]],
    orders: dict[str, Any],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the events: only what happened to somebody we know can ever start or wake anything."""
    rows = []
    for each in heard:
        order = orders.get(each.order or "")
        cart_id, owner = carts.get(each.cart or "", (None, None))
        whom = people.get(each.email or "") or (order.customer_id if order else None) or owner
        if whom is None or each.reading.event == "product.saved":
            continue
        told = {"shop_id": shop_id, "customer_id": whom, "cart_id": cart_id, "order_id": order.id if order else None,
                "data": _data(each), "at": each.at}  # fmt: skip
        rows += [{**told, "name": name, "key": _key(name, each, whom)} for name in _names(each)]
    return rows


def _names(each: Heard) -> list[str]:
    """Return the event and what it implies, in the order in which the two must have happened."""
    name = each.reading.event
    also = ALSO.get(name) if each.paid else None
    return sorted([name, also], key=["order.placed", "order.paid"].index) if also else [name]


def _key(name: str, each: Heard, whom: int) -> str:
    if name.startswith("order."):
        return f"{name}:{each.order}"
    if name == "customer.unsubscribed":
        return f"{name}:{whom}:{each.at.isoformat()}"
    return f"{name}:{each.delivery}"


def _data(each: Heard) -> dict[str, Any]:
    reading = each.reading
    told = {
        "cart": each.cart,
        "order": each.order,
        "product": reading.product.id if reading.product else None,
        "name": reading.name,
        "told": reading.data,
    }
    return {name: value for name, value in told.items() if value} | _bought(reading)


def _bought(reading: Reading) -> dict[str, Any]:
    part = reading.order or reading.cart
    return {"products": list(dict.fromkeys(item.product for item in part.items))} if part else {}


def _items(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [item.model_dump() for item in items]


def _total(items: Iterable[Item]) -> int:
    return sum(item.price * item.quantity for item in items)
