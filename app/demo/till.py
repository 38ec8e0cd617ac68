"""The till: takes goods off the shelf and uses a code up, all in one transaction, or not at all.

No money moves. It knows stock, prices and codes; it must not know a cookie, a page or a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.demo.counter import Line, shipping, subtotal
from app.extensions import db
from app.models import Code, Customer, Product, Sale
from app.models.coupons import Bill, Pieces
from app.models.placing import order_number, order_token
from app.unit import unit
from app.upsert import once

__all__ = ["Changed", "PaidBefore", "Receipt", "known_customer", "order_number", "order_token", "pay"]


class PaidBefore(Exception):
    """This cart was paid already, a moment ago perhaps: a second press of the button buys nothing."""


class Changed(Exception):
    """A product sold out, or its price changed, between the page and the button. Nothing was paid."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A paid order: amounts in minor units, `codes` as the shop keeps them."""

    token: str
    number: str
    items: int
    discount: int
    shipping: int
    codes: tuple[str, ...]

    @property
    def total(self) -> int:
        """What was paid, in minor units."""
        return self.items - self.discount + self.shipping


def pay(
    shop_id: int, cart: str, lines: Sequence[Line], code: str, email: str, now: datetime,
    said: Callable[[Receipt], Mapping[str, Any]], way: str = "standard",
) -> Receipt:  # fmt: skip
    """Sell these lines, write down what is `said` of it, and return the receipt.

    Raises Changed, Declined or PaidBefore, and then nothing has happened.
    """
    items = subtotal(lines)
    bill = Bill(items, shipping(items, way), pieces(lines))
    token = order_token(cart)

    def sell() -> Receipt:
        if not Sale.open(shop_id, token, now):
            raise PaidBefore
        for line in sorted(lines, key=lambda line: line.good.key):  # one order of locks for everybody
            _take(shop_id, line, now)
        discount, codes = redeem() if code else (0, ())
        receipt = Receipt(token, order_number(token), items, discount, bill.shipping, codes)
        Sale.close(shop_id, token, receipt.total, said(receipt))
        return receipt

    def redeem() -> tuple[int, tuple[str, ...]]:
        quote = Code.redeem(shop_id, code, bill, known_customer(shop_id, email, now), token, now)
        return quote.discount, (quote.code,)

    return unit(sell)


def pieces(lines: Iterable[Line]) -> tuple[Pieces, ...]:
    """Return the lines as a coupon looks at them."""
    return tuple(Pieces(line.good.key, line.good.price, line.quantity) for line in lines)


def _take(shop_id: int, line: Line, now: datetime) -> None:
    if not Product.sell(shop_id, line.good.key, line.quantity, now, line.good.price):
        raise Changed


def known_customer(shop_id: int, email: str, now: datetime) -> int:
    """Return the id of the customer with this normalised address, who is added when new."""
    db.session.execute(
        once(Customer, "shop_id", "email").values(shop_id=shop_id, email=email, created_at=now)
    )
    return db.session.scalars(
        select(Customer.id).where(Customer.shop_id == shop_id, Customer.email == email)
    ).one()
