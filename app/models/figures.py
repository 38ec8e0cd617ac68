"""Figures: what the flows brought, by flow and by day of the shop.

Knows the four figures of the product and the money behind the last one. Must not know a page, nor what time it is.
Sums in the shop's own currency are the figures; what was paid in another one stands beside them, never added up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from app.extensions import db
from app.models import dailies
from app.models.customers import Customer
from app.models.dailies import Asked
from app.models.offers import Offer
from app.models.orders import Order
from app.models.periods import Period
from app.models.postings import PARTS
from app.models.shops import Shop
from app.models.tracking import Attribution

MEASURES = ("reach", "visits", "orders", "sales")
MONEY = ("sales", "code_sales", "recovered_sales", *PARTS)
OF_OFFERS = ("offers", "code_orders", "code_sales")
BEST = 10  # orders


@dataclass(frozen=True)
class Figures:
    """The four figures of the product, one number a day, the oldest first. Sales are minor units of the shop."""

    reach: tuple[int, ...]
    visits: tuple[int, ...]
    orders: tuple[int, ...]
    sales: tuple[int, ...]

    def total(self, measure: str) -> int:
        """Return one measure over the whole period."""
        return sum(getattr(self, measure))


@dataclass(frozen=True)
class Credit:
    """Orders of a period and what they were worth, in minor units of the shop (OFFER-15 and C5)."""

    orders: int = 0
    sales: int = 0


@dataclass(frozen=True)
class Brought:
    """What offers brought (OFFER-15): who received one, orders with the code, their sales in minor units."""

    recipients: int = 0
    orders: int = 0
    sales: int = 0

    def __add__(self, other: Brought) -> Brought:
        return Brought(
            self.recipients + other.recipients, self.orders + other.orders, self.sales + other.sales
        )


@dataclass(frozen=True)
class Sales:
    """What sales are made of (AUTO-23), in minor units of one currency."""

    currency: str
    orders: int = 0
    gross: int = 0
    discounts: int = 0
    returns: int = 0
    taxes: int = 0
    shipping: int = 0

    @property
    def sales(self) -> int:
        """What the customers paid and the shop kept, with taxes and shipping."""
        return self.gross - self.discounts - self.returns + self.taxes + self.shipping


def nothing(days: int) -> Figures:
    """Return the figures of a flow that has done nothing for so many days."""
    return Figures(*[(0,) * days for _measure in MEASURES])


def added(parts: Iterable[Figures], days: int) -> Figures:
    """Return the figures of several flows together, day by day."""
    all_parts = [nothing(days), *parts]
    return Figures(*[
        tuple(sum(day) for day in zip(*(getattr(part, measure) for part in all_parts), strict=True))
        for measure in MEASURES
    ])  # fmt: skip


def change(now: int, before: int) -> float | None:
    """Return the gain on the period before as a share of one; None when there is nothing to compare with."""
    return (now - before) / before if before else None


def by_flow(shop_id: int, period: Period, flow_id: int | None = None) -> dict[int, Figures]:
    """Return the figures of each flow of a shop that has any in the period, or of the one flow asked for.

    Reach (AUTO-20): messages to customers that the mail server took. Visits (AUTO-21): arrivals in the shop from a link
    of a message. Orders and sales (AUTO-22, AUTO-23): what is credited, less what was cancelled or sent back since.
    """
    places, currency = {day: place for place, day in enumerate(period.dates())}, _currency(shop_id)
    found: dict[int, dict[str, list[int]]] = defaultdict(
        lambda: {name: [0] * period.days for name in MEASURES}
    )
    counted = dailies.counted(Asked(shop_id, flow_id, period, by_day=True), MEASURES)
    for (flow, _node, measure, detail, day), number in counted.items():
        if day is not None and (measure != "sales" or detail == currency):
            found[flow][measure][places[day]] += number
    apart = Offer.apart(shop_id)  # theirs stand in the shop channel (OFFER-16)
    return {
        flow: Figures(**{name: tuple(days) for name, days in each.items()})
        for flow, each in found.items()
        if any(map(any, each.values())) and flow not in apart
    }


def sales(shop_id: int, period: Period, flow_id: int | None = None) -> list[Sales]:
    """Return what the sales of a period are made of, the shop's own currency first."""
    own = _currency(shop_id)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (_f, _n, measure, currency, _d), number in _counted(
        shop_id, period, flow_id, ("orders", *PARTS)
    ).items():
        found[currency][measure] += number
    told = [Sales(currency, **parts) for currency, parts in found.items() if any(parts.values())]
    return sorted(told, key=lambda each: (each.currency != own, each.currency))


def recovered(shop_id: int, period: Period, flow_id: int | None = None) -> tuple[Credit, Credit]:
    """Return what counts as won back, strictly (link pressed and order paid) and as credited: C5 keeps both."""
    strict, credited = ("recovered", "recovered_sales"), ("orders", "sales")
    counted = _counted(shop_id, period, flow_id, (*strict, *credited))
    return _credit(counted, _currency(shop_id), *strict), _credit(counted, _currency(shop_id), *credited)


def offer(shop_id: int, flow_id: int, period: Period) -> Brought:
    """Return the three figures of one offer (OFFER-15)."""
    return offers(shop_id, period, flow_id).get(flow_id, Brought())


def offers(shop_id: int, period: Period, flow_id: int | None = None) -> dict[int, Brought]:
    """Return the three figures of each offer that has any, by flow; forgotten ones are left out."""
    currency, found = _currency(shop_id), defaultdict[int, Counter[str]](Counter)
    counted = _counted(shop_id, period, flow_id, OF_OFFERS)
    for (flow, _node, measure, detail, _day), number in counted.items():
        if measure != "code_sales" or detail == currency:
            found[flow][measure] += number
    people = Offer.recipients(found, period.since, period.until)  # days added up would count them once a day
    told = {
        flow: Brought(people.get(flow, 0), *map(each.__getitem__, OF_OFFERS[1:]))
        for flow, each in found.items()
    }
    # In a total: a coupon in a mail has its orders too, and is no offer.
    givers = {flow_id} if flow_id else Offer.givers(shop_id)
    return {flow: each for flow, each in told.items() if each != Brought() and flow in givers}


Credited = Row[tuple[Order, Attribution, Customer | None]]


def best_orders(shop_id: int, flow_id: int, period: Period) -> list[Credited]:
    """Return the orders credited to a flow in a period that brought most, in the shop's currency (AUTO-24)."""
    query = _orders(shop_id, flow_id, period).where(Order.currency == _currency(shop_id))
    worth = Attribution.sales - func.coalesce(Order.refunded, 0)
    return list(db.session.execute(query.order_by(worth.desc(), Attribution.id).limit(BEST)))


def credited_orders(shop_id: int, flow_id: int, period: Period) -> Iterator[Credited]:
    """Yield every order credited to a flow in a period, the latest first, a few in memory at a time."""
    latest = _orders(shop_id, flow_id, period).order_by(Attribution.at.desc(), Attribution.id.desc())
    yield from db.session.execute(latest.execution_options(yield_per=200))


def _orders(shop_id: int, flow_id: int, period: Period) -> Any:
    same = (Order.shop_id == Attribution.shop_id) & (Order.id == Attribution.order_id)
    buyer = (Customer.shop_id == Order.shop_id) & (Customer.id == Order.customer_id)
    query = select(Order, Attribution, Customer).join(Attribution, same).outerjoin(Customer, buyer)
    query = query.where(
        Attribution.shop_id == shop_id, Attribution.flow_id == flow_id, Order.cancelled_at.is_(None)
    )
    return query.where(Attribution.at >= period.since, Attribution.at < period.until)


def _credit(counted: Mapping[dailies.Key, int], currency: str, orders: str, worth: str) -> Credit:
    many = sum(number for key, number in counted.items() if key[2] == orders)
    return Credit(many, sum(number for key, number in counted.items() if key[2:4] == (worth, currency)))


def _counted(
    shop_id: int, period: Period, flow_id: int | None, names: Collection[str]
) -> Mapping[dailies.Key, int]:
    return dailies.counted(Asked(shop_id, flow_id, period), names)


def _currency(shop_id: int) -> str:
    return db.session.scalar(select(Shop.currency).where(Shop.id == shop_id)) or ""
