"""Facts: what the graph may look at, for a whole batch of runs, and only what the plan needs.

Knows which rows to read: one query a kind, however many runs. Must not know what is done with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, select

from app import facts as seen
from app.extensions import db
from app.lists import among, in_shop
from app.models import Cart, Customer, CustomerTag, Event, Message, Order, Shop
from graph import facts
from graph.interpreter import Plan

Rows = Sequence[Any]
# What app/facts.py looks at in the rows: the other columns cost as much to read as to use.
READ: dict[Any, tuple[str, ...]] = {
    Customer: ("id", "email", "first_name", "last_name", "locale", "timezone", "consent", "orders_count", "spent",
               "last_order_at", "created_at", "read_at"),
    Event: ("id", "name", "at", "data", "cart_id", "order_id"),
    Cart: ("id", "token", "total", "currency", "checkout_at"),
    Order: ("id", "token", "total", "currency", "codes", "placed_at", "paid_at"),
}  # fmt: skip
GOODS = ("items",)  # of a cart or an order
NOBODY_ASKS = ("id", "timezone")  # of a customer: in whose zone days and hours are counted


def load(shop_id: int, plan: Plan, runs: Rows) -> dict[int, facts.Facts]:
    """Return the facts of each of these runs (rows of `run`, all of one version), by run id."""
    people = _people(shop_id, {run.customer_id for run in runs}, "customer" in plan.needs)
    events, more = _began(runs), GOODS if "items" in plan.needs else ()
    carts = _by_id(Cart, {event.cart_id for event in events}, more) if "cart" in plan.needs else {}
    orders = _by_id(Order, {event.order_id for event in events}, more) if "order" in plan.needs else {}
    messages = _messages({run.id for run in runs}) if "messages" in plan.needs else {}
    since = _since(shop_id, plan, list(people), events)
    shop = db.session.get_one(Shop, shop_id)
    return {
        run.id: facts.Facts(
            customer=people[run.customer_id],
            event=seen.event(event),
            cart=seen.cart(carts.get(event.cart_id), bool(more)),
            order=seen.order(orders.get(event.order_id), bool(more)),
            messages=tuple(messages.get(run.id, ())),
            since=_after(event, since.get(run.customer_id, ())),
            zone=shop.timezone,
            currency=shop.currency,
        )
        for run, event in zip(runs, events, strict=True)
    }


def _began(runs: Rows) -> list[Any]:
    """Return the event that each run began with, in their order."""
    found = _by_id(Event, {run.event_id for run in runs})
    return [found[run.event_id] for run in runs]


def _by_id(model: Any, ids: Collection[int | None], more: Sequence[str] = ()) -> dict[Any, Any]:
    return _read(model, ids, (*READ[model], *more))


def _read(model: Any, ids: Collection[int | None], names: Sequence[str]) -> dict[Any, Any]:
    wanted, columns = [id for id in ids if id], model.__table__.columns
    if not wanted:
        return {}
    query = select(*(columns[name] for name in names)).where(among(columns.id, wanted))
    return {row.id: row for row in _rows(query)}


def _rows(query: Executable) -> Sequence[Any]:
    """Return the rows of a query of plain columns without the session's detour, which costs as much as reading them."""
    return db.session.connection().execute(query).all()


def _people(shop_id: int, ids: Collection[int], whole: bool) -> dict[int, facts.Customer]:
    """Return the customers by id; unless `whole`, who they are and their zones only."""
    if not whole:
        found = _read(Customer, ids, NOBODY_ASKS)
        return {id: facts.Customer(id, zone=row.timezone or None) for id, row in found.items()}
    tags: dict[int, set[str]] = defaultdict(set)
    theirs = select(CustomerTag.customer_id, CustomerTag.tag)
    for customer_id, tag in _rows(theirs.where(in_shop(shop_id, CustomerTag.customer_id, ids))):
        tags[customer_id].add(tag)
    return {id: seen.customer(row, frozenset(tags.get(id, ()))) for id, row in _by_id(Customer, ids).items()}


def _messages(runs: Collection[int]) -> dict[int, list[facts.MessageFact]]:
    found: dict[int, list[facts.MessageFact]] = defaultdict(list)
    columns = Message.run_id, Message.node, Message.sent_at, Message.opened_at, Message.clicked_at
    theirs = select(*columns).where(among(Message.run_id, runs), Message.audience == "customer")
    for row in _rows(theirs.order_by(Message.run_id, Message.visit)):
        found[row.run_id].append(facts.MessageFact(row.node, row.sent_at, row.opened_at, row.clicked_at))
    return found


def _since(shop_id: int, plan: Plan, people: Collection[int], began: Rows) -> dict[int, list[Any]]:
    """Return the events that the plan watches, by customer, since the oldest beginning of the batch.

    What readers did with messages is not among them: `messages` says it, of this run's own messages only.
    """
    names = [name for name in plan.watches if not name.startswith("message.")]
    found: dict[int, list[Any]] = defaultdict(list)
    if names:
        columns = Event.id, Event.customer_id, Event.name, Event.at, Event.data
        theirs = select(*columns).where(in_shop(shop_id, Event.customer_id, people), Event.name.in_(names))
        first = min(began_at(event) for event in began)
        for row in _rows(theirs.where(Event.at >= first).order_by(Event.at, Event.id)):
            found[row.customer_id].append(row)
    return found


def began_at(event: Any) -> datetime:
    """Return since when things count for a run: a silence began long before it was long enough to be an event.

    So an order that was placed within it, and told late, is still an order since.
    """
    at: datetime = event.at
    return at - timedelta(seconds=event.data.get("after", 0))


def _after(began: Any, events: Sequence[Any]) -> tuple[facts.Event, ...]:
    """Return what happened after a run began, in order."""
    if not events:
        return ()
    start = (began_at(began), began.id)
    return tuple(seen.event(later) for later in events if (later.at, later.id) > start)
