"""Subjects: what a rule may ask about, and the ways to ask.

Knows the one table from which the editor builds its form and the interpreter its answers. Must not know how rules are
grouped, nor where facts come from. A fact that is not there (no cart, another currency) is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.facts import Facts, Item
from graph.words import M


@dataclass(frozen=True)
class Operator:
    """One way to ask. `question` makes a rule into words; `unary` operators take no value."""

    name: str
    title: str
    question: str
    test: Callable[[Any, Any], bool]
    unary: bool = False


@dataclass(frozen=True)
class Subject:
    """Something that can be asked about. `type` chooses operators and input; `read` takes (facts, now).

    `needs` names the facts that it looks at, beyond who somebody is and in which zone they live: others are not loaded.
    `denied` is the title of the contrary, for what is answered by yes or no.
    """

    name: str
    title: str
    type: str
    group: str
    read: Callable[[Facts, datetime], Any]
    needs: frozenset[str] = frozenset()
    watches: frozenset[str] = frozenset()
    denied: str = ""


def _same(seen: Any, value: Any) -> bool:
    if isinstance(seen, str) and isinstance(value, str):
        return seen.casefold() == value.casefold()
    return bool(seen == value)


def _holds(seen: Any, value: Any) -> bool:
    """A text holds a part of it; a collection holds any one of the chosen values."""
    if isinstance(seen, str):
        return str(value).casefold() in seen.casefold()
    known = {str(each).casefold() for each in seen}
    return any(str(each).casefold() in known for each in (value if isinstance(value, list) else [value]))


OVER = Operator("over", M("is over"), M("%(subject)s over %(value)s"), lambda seen, value: seen > value)
UNDER = Operator("under", M("is under"), M("%(subject)s under %(value)s"), lambda seen, value: seen < value)
LEAST = Operator(
    "at_least", M("is at least"), M("%(subject)s at least %(value)s"), lambda seen, value: seen >= value
)
MOST = Operator(
    "at_most", M("is at most"), M("%(subject)s at most %(value)s"), lambda seen, value: seen <= value
)
IS = Operator("is", M("is"), M("%(subject)s is %(value)s"), _same)
IS_NOT = Operator(
    "is_not", M("is not"), M("%(subject)s is not %(value)s"), lambda seen, value: not _same(seen, value)
)
HAS = Operator("has", M("contains"), M("%(subject)s contains %(value)s"), _holds)
HAS_NOT = Operator(
    "has_not", M("does not contain"), M("%(subject)s does not contain %(value)s"),
    lambda seen, value: not _holds(seen, value),
)  # fmt: skip
YES = Operator("yes", M("yes"), M("%(subject)s"), lambda seen, _value: bool(seen), unary=True)
NO = Operator("no", M("no"), M("%(subject)s"), lambda seen, _value: not seen, unary=True)

COMPARING = (OVER, UNDER, LEAST, MOST, IS)
OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "money": COMPARING,
    "number": COMPARING,
    "days": (OVER, UNDER, LEAST, MOST),
    "text": (IS, IS_NOT, HAS, HAS_NOT),
    "tags": (HAS, HAS_NOT),
    "products": (HAS, HAS_NOT),
    "yes_no": (YES, NO),
}


def _cart_total(facts: Facts, _now: datetime) -> int | None:
    return facts.cart.total if facts.cart and facts.cart.currency in ("", facts.currency) else None


def _order_total(facts: Facts, _now: datetime) -> int | None:
    return facts.order.total if facts.order and facts.order.currency in ("", facts.currency) else None


def _pieces(items: tuple[Item, ...]) -> int:
    return sum(item.quantity for item in items)


def _products(items: tuple[Item, ...]) -> list[str]:
    return list(dict.fromkeys(item.product for item in items))


def _days(moment: datetime | None, now: datetime) -> int | None:
    return math.floor((now - moment).total_seconds() / 86_400) if moment else None


def _happened(facts: Facts, name: str) -> bool:
    return any(event.name == name for event in facts.since)


def _event_products(facts: Facts, _now: datetime) -> list[str] | None:
    if facts.event is None:
        return None
    one = facts.event.data.get("product")
    return [str(each) for each in facts.event.data.get("products") or ([one] if one else [])]


CUSTOMER, CART, ORDER, START, MESSAGES = (
    M("The customer"), M("The cart"), M("The order"), M("How it started"), M("E-mails of this automation"),
)  # fmt: skip
_PERSON, _CART, _ORDER, _MESSAGES = (frozenset({name}) for name in ("customer", "cart", "order", "messages"))
_GOODS = frozenset({"items"})  # what is in it: the longest part of a cart or an order

SUBJECTS: Mapping[str, Subject] = {
    subject.name: subject
    for subject in (
        Subject("cart.total", M("cart total"), "money", CART, _cart_total, _CART),
        Subject("cart.items", M("number of items in the cart"), "number", CART,
                lambda facts, _now: _pieces(facts.cart.items) if facts.cart else None, _CART | _GOODS),
        Subject("cart.products", M("the cart"), "products", CART,
                lambda facts, _now: _products(facts.cart.items) if facts.cart else None, _CART | _GOODS),
        Subject("cart.checkout", M("the checkout was reached"), "yes_no", CART,
                lambda facts, _now: facts.cart.checkout if facts.cart else None, _CART,
                denied=M("the checkout was not reached")),
        Subject("customer.orders_count", M("number of orders so far"), "number", CUSTOMER,
                lambda facts, _now: facts.customer.orders_count, _PERSON),
        Subject("customer.spent", M("total spent so far"), "money", CUSTOMER,
                lambda facts, _now: facts.customer.spent, _PERSON),
        Subject("customer.subscribed", M("the customer agreed to receive news"), "yes_no", CUSTOMER,
                lambda facts, _now: facts.customer.subscribed, _PERSON,
                denied=M("the customer did not agree to receive news")),
        Subject("customer.tags", M("the customer's tags"), "tags", CUSTOMER,
                lambda facts, _now: sorted(facts.customer.tags), _PERSON),
        Subject("customer.locale", M("the customer's language"), "text", CUSTOMER,
                lambda facts, _now: facts.customer.locale or None, _PERSON),
        Subject("customer.email", M("the e-mail address"), "text", CUSTOMER,
                lambda facts, _now: facts.customer.email or None, _PERSON),
        Subject("customer.last_order_days", M("days since the last order"), "days", CUSTOMER,
                lambda facts, now: _days(facts.customer.last_order_at, now), _PERSON),
        Subject("customer.known_days", M("days since the customer became known"), "days", CUSTOMER,
                lambda facts, now: _days(facts.customer.created_at, now), _PERSON),
        Subject("customer.unread_days", M("days without opening an e-mail"), "days", CUSTOMER,
                lambda facts, now: _days(facts.customer.read_at, now), _PERSON),
        Subject("order.total", M("order total"), "money", ORDER, _order_total, _ORDER),
        Subject("order.items", M("number of items ordered"), "number", ORDER,
                lambda facts, _now: _pieces(facts.order.items) if facts.order else None, _ORDER | _GOODS),
        Subject("order.products", M("the order"), "products", ORDER,
                lambda facts, _now: _products(facts.order.items) if facts.order else None, _ORDER | _GOODS),
        Subject("order.code", M("a coupon code was used"), "yes_no", ORDER,
                lambda facts, _now: bool(facts.order.codes) if facts.order else None, _ORDER,
                denied=M("no coupon code was used")),
        Subject("order.paid", M("the order is paid"), "yes_no", ORDER,
                lambda facts, _now: facts.order.paid if facts.order else None, _ORDER,
                denied=M("the order is not paid")),
        Subject("event.products", M("what started it"), "products", START, _event_products),
        Subject("since.ordered", M("they have ordered since"), "yes_no", START,
                lambda facts, _now: _happened(facts, "order.placed"), watches=frozenset({"order.placed"}),
                denied=M("they have not ordered since")),
        Subject("messages.opened", M("an e-mail of this automation was opened"), "yes_no", MESSAGES,
                lambda facts, _now: any(each.opened_at or each.clicked_at for each in facts.messages), _MESSAGES,
                denied=M("no e-mail of this automation was opened")),
        Subject("messages.clicked", M("a link in an e-mail was followed"), "yes_no", MESSAGES,
                lambda facts, _now: any(each.clicked_at for each in facts.messages), _MESSAGES,
                denied=M("no link in an e-mail was followed")),
    )
}  # fmt: skip
