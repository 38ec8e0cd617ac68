"""Orders: what an order means for its cart, its customer, its codes, and the flow that brought it.

Orders are told more than once, in any order: every statement here can be run again without changing anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, case, func, select, update

from app import clock
from app.extensions import db
from app.lists import in_shop
from app.models import Cart, Code, Coupon, Customer, Order, Posting, Redemption, Shop
from app.questions import changes, each, told
from app.unit import changed
from app.upsert import once
from workers import credit


def settle(shop_id: int, orders: Sequence[Row[Any]]) -> None:
    """Bring everything that depends on these orders (rows as they are saved now) up to date."""
    if not orders:
        return
    credited = credit.had_by(shop_id, [order.id for order in orders])
    _carts([order for order in orders if order.cart_id])
    _redemptions(shop_id, orders)
    _customers(shop_id, {order.customer_id for order in orders if order.customer_id})
    credit.withdraw([order.id for order in orders if order.cancelled_at])
    credited |= credit.give(shop_id, [o for o in orders if o.paid_at and not o.cancelled_at], credited)
    Posting.bring(shop_id, [order.id for order in orders if order.id in credited], clock.now(shop_id))


def _carts(orders: Sequence[Row[Any]]) -> None:
    """Close the carts that were ordered; recovered only if our link was pressed and the order paid (CART-16, 17)."""
    _close(rows=[{"cart": order.cart_id, "placed": order.placed_at} for order in orders])
    _recover(rows=[
        {"cart": order.cart_id, "placed": order.placed_at, "paid": order.paid_at} for order in orders
        # What somebody of the shop placed is no cart that its customer came back for (CART-14).
        if order.paid_at and not order.cancelled_at and not order.placed_by
    ])  # fmt: skip
    _lose(rows=[{"cart": order.cart_id} for order in orders if order.cancelled_at])


@each
def _close() -> Any:
    return (
        update(Cart)
        .where(Cart.id == told("cart"), Cart.ordered_at.is_(None))
        .values(ordered_at=told("placed"))
    )


@each
def _recover() -> Any:
    pressed = Cart.id == told("cart"), Cart.pressed_at <= told("placed"), Cart.recovered_at.is_(None)
    return update(Cart).where(*pressed).values(recovered_at=told("paid"))


@each
def _lose() -> Any:
    return update(Cart).where(Cart.id == told("cart")).values(recovered_at=None)


def _redemptions(shop_id: int, orders: Iterable[Row[Any]]) -> None:
    """Record the uses of our codes that the shop's own checkout took."""
    typed = [(text.upper(), order) for order in orders for text in order.codes]
    codes = {code.code.upper(): code.id for code in Code.among(shop_id, {text for text, _order in typed})}
    rows = [
        {"shop_id": shop_id, "code_id": codes[text], "customer_id": order.customer_id, "order_token": order.token,
         "at": order.placed_at}
        for text, order in typed if text in codes
    ]  # fmt: skip
    if not rows:
        return
    db.session.connection().execute(once(Redemption, "shop_id", "code_id", "order_token"), rows)
    uses = select(func.count()).where(Redemption.code_id == Code.id).scalar_subquery()
    personal = select(Coupon.personal).where(Coupon.id == Code.coupon_id).scalar_subquery()
    after = case((personal, "used"), else_=Code.state)
    changed(update(Code).where(Code.id.in_({row["code_id"] for row in rows})).values(uses=uses, state=after))


def _customers(shop_id: int, ids: Collection[int]) -> None:
    """Count again from the orders: an order told twice is still one order."""
    _count_again(shop_id=shop_id, ids=ids, now=clock.now(shop_id))


@changes
def _count_again() -> Any:
    shop_id, now = told("shop_id"), told("now")
    kept = Order.shop_id == shop_id, Order.customer_id == Customer.id, Order.cancelled_at.is_(None)
    own = Order.currency == select(Shop.currency).where(Shop.id == shop_id).scalar_subquery()
    figures = {
        "orders_count": select(func.count()).where(*kept).scalar_subquery(),
        "spent": select(func.coalesce(func.sum(Order.total), 0)).where(*kept, own).scalar_subquery(),
        "last_order_at": select(func.max(Order.placed_at)).where(*kept).scalar_subquery(),
        "last_order_heard_at": now,
        "changed_at": now,
    }
    return update(Customer).where(in_shop(shop_id, Customer.id, told("ids"))).values(figures)
