"""Left carts: the carts that somebody known filled and did not order, with what became of the reminders about each.

A cart is left once it has lain untouched for half an hour with goods in it and its owner's address known (CART-02); one
that was brought back stays in the list (CART-14). Everything is found through an index, a page at a time, from the
cart touched last backwards. Must not know a request, nor change anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from app.extensions import db
from app.models import dailies
from app.models.carts import Cart
from app.models.customers import Customer
from app.models.dailies import Asked
from app.models.events import Event
from app.models.flows import Flow
from app.models.messages import Message
from app.models.orders import Order
from app.models.runs import Run
from app.models.tracking import Attribution
from graph.topics import ORDER

QUIET = timedelta(minutes=30)  # what the templates take for a cart left behind, too
STATUSES = ("scheduled", "sent", "recovered", "none")
AT_WORK = ("ready", "waiting", "leased")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which carts are asked for. Amounts are minor units; `words` are looked for in names, addresses and goods."""

    status: str = ""
    since: datetime | None = None
    least: int | None = None
    most: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class LeftCart:
    """One cart of the list with its owner and its status, one of STATUSES."""

    cart: Cart
    customer: Customer
    status: str

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the list: later carts come first."""
        return self.cart.updated_at, self.cart.id


def found(
    shop_id: int, wanted: Wanted, now: datetime, before: tuple[datetime, int] | None, size: int
) -> list[LeftCart]:
    """Return up to `size` carts, the one touched last first, those only that stand behind `before`."""
    parts = [
        db.session.execute(each.limit(size)).all() for each in _parts(shop_id, wanted, now, before)
    ]  # two short lists out of an index each, in order
    carts = [[LeftCart(*row) for row in part] for part in parts]
    return list(islice(heapq.merge(*carts, key=lambda each: each.place, reverse=True), size))


def one(shop_id: int, id: int) -> LeftCart | None:
    """Return this cart whatever became of it, or None when the shop has no such cart of anybody known."""
    row = db.session.execute(_rows(shop_id).where(Cart.id == id)).first()
    return LeftCart(*row) if row else None


def recovered(shop_id: int, currency: str) -> tuple[int, int]:
    """Return what recovered carts brought in all, in minor units, and how many they were (CART-10, CART-16).

    Strictly: our link was pressed, then the customer ordered and paid; less what was sent back since. Other currencies
    are left out. What came so late that no automation is credited with it counts as well: the link has no last day.
    """
    counted = dailies.counted(Asked(shop_id), ("recovered", "recovered_sales"))
    total = sum(number for key, number in counted.items() if key[2:4] == ("recovered_sales", currency))
    count = sum(number for key, number in counted.items() if key[2] == "recovered")
    late_total, late_count = _uncredited(shop_id, currency)
    return total + late_total, count + late_count


def _uncredited(shop_id: int, currency: str) -> tuple[int, int]:
    """Return the same of recovered carts that no automation is credited with: the days know nothing of them."""
    worth = case((Order.currency == currency, Order.total - func.coalesce(Order.refunded, 0)), else_=0)
    credited = select(Attribution.id).where(Attribution.order_id == Order.id).exists()
    orders = select(func.coalesce(func.sum(worth), 0), func.count()).join(
        Cart, and_(Cart.shop_id == Order.shop_id, Cart.id == Order.cart_id)
    )
    paid = Order.paid_at.is_not(None), Order.cancelled_at.is_(None), Order.placed_by.is_(None)
    late = Cart.shop_id == shop_id, Cart.recovered_at.is_not(None), *paid, ~credited
    total, count = db.session.execute(orders.where(*late)).one()
    return int(total), int(count)


def _parts(
    shop_id: int, wanted: Wanted, now: datetime, before: tuple[datetime, int] | None
) -> list[Select[Any]]:
    """SQL: the two halves of the list, each along an index of its own: open carts, and recovered ones."""
    asked = _rows(shop_id).where(*_conditions(wanted))
    if before:
        at, id = before
        asked = asked.where(Cart.updated_at <= at, or_(Cart.updated_at < at, Cart.id < id))
    asked = asked.order_by(Cart.updated_at.desc(), Cart.id.desc())
    open = asked.where(Cart.ordered_at.is_(None), Cart.updated_at <= now - QUIET)
    back = asked.where(Cart.recovered_at.is_not(None))
    if wanted.status == "recovered":
        return [back]
    return [open.where(_status() == wanted.status)] if wanted.status in STATUSES else [open, back]


def _rows(shop_id: int) -> Select[Any]:
    mine: Select[Any] = select(Cart, Customer, _status()).join(
        Customer, and_(Customer.shop_id == Cart.shop_id, Customer.id == Cart.customer_id)
    )
    return mine.where(Cart.shop_id == shop_id, Cart.total > 0, Customer.email.is_not(None))


def _conditions(wanted: Wanted) -> Collection[Any]:
    asked = [
        Cart.updated_at >= wanted.since if wanted.since else None,
        Cart.total >= wanted.least if wanted.least is not None else None,
        Cart.total <= wanted.most if wanted.most is not None else None,
        _says(wanted.words) if wanted.words else None,
    ]
    return [each for each in asked if each is not None]


def _status() -> Any:
    return case(
        (Cart.recovered_at.is_not(None), "recovered"),
        (told(Cart.id), "sent"),
        (or_(_waits(), _on_its_way()), "scheduled"),
        else_="none",
    )


def told(cart_id: Any) -> Any:
    """SQL: a reminder about this cart has left, sent by hand or by an automation (CART-13)."""
    left = or_(
        Message.state.in_(("sent", "unknown")),
        and_(Message.state == "handing", Message.gate_at.is_not(None)),
    )
    return _reminder(cart_id).where(left).exists()


def _on_its_way() -> Any:
    return _reminder(Cart.id).where(Message.pending()).exists()


def _reminder(cart_id: Any) -> Select[Any]:
    """SQL: messages about a cart, found along the index of its owner's messages."""
    theirs = Message.shop_id == Cart.shop_id, Message.customer_id == Cart.customer_id
    about = select(Message.id).join(Run, Run.id == Message.run_id).join(Event, Event.id == Run.event_id)
    kind = Message.audience == "customer", Message.topic != ORDER
    return about.where(*theirs, *kind, Event.cart_id == cart_id).correlate(Cart)


def _waits() -> Any:
    """SQL: an automation that is on is at this cart, and has not written yet."""
    theirs = Run.shop_id == Cart.shop_id, Run.customer_id == Cart.customer_id, Run.status.in_(AT_WORK)
    at_it = exists().where(
        *theirs, Event.id == Run.event_id, Event.cart_id == Cart.id, Flow.id == Run.flow_id,
        Flow.status.in_(("live", "hand")),
    )  # fmt: skip
    return at_it.correlate(Cart)


def _says(words: str) -> Any:
    """SQL: each word stands in the owner's name or address, or in the title of something in the cart."""
    name = Customer.first_name + " " + Customer.last_name
    said = []
    for word in words.split()[:8]:
        places = [column.icontains(word, autoescape=True) for column in (name, Customer.email)]
        said.append(or_(*places, _holds(word)))
    return and_(*said)


def _holds(word: str) -> Any:
    if db.engine.dialect.name == "sqlite":
        item = func.json_each(Cart.items).table_valued("value")
        title: Any = func.json_extract(item.c.value, "$.title")
    else:
        item = func.jsonb_array_elements(Cart.items).table_valued("value")
        title = func.jsonb_extract_path_text(item.c.value, "title")
    return select(1).select_from(item).where(title.icontains(word, autoescape=True)).correlate(Cart).exists()
