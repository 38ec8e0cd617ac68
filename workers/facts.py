"""Facts: what the graph may look at, for a whole batch of runs, and only what the plan needs.

Knows which rows to read: one query a kind, however many runs. Must not know what is done with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import facts as seen
from app.lists import among, in_shop
from app.models import Cart, Customer, CustomerTag, Event, Message, Order, Shop
from app.questions import asks, told
from graph import facts
from graph.interpreter import Plan

Rows = Sequence[Any]
# What app/facts.py looks at in the rows: the other columns cost as much to read as to use.
READ: dict[Any, tuple[str, ...]] = {
    Customer: ("id", "email", "first_name", "last_name", "locale", "timezone", "consent", "orders_count", "spent",
               "last_order_at", "created_at", "read_at"),
    Event: ("id", "customer_id", "name", "at", "data", "cart_id", "order_id"),
    Cart: ("id", "token", "total", "currency", "checkout_at"),
    Order: ("id", "token", "total", "currency", "codes", "paid_at"),
}  # fmt: skip
GOODS = ("items",)  # of a cart or an order
NOBODY_ASKS = ("id", "timezone")  # of a customer: in whose zone days and hours are counted


def load(shop_id: int, plan: Plan, runs: Rows) -> dict[int, facts.Facts]:
    """Return the facts of each of these runs (rows of `run`, all of one version), by run id."""
    people = _people(shop_id, {run.customer_id for run in runs}, "customer" in plan.needs)
    events = _by_id(Event, {run.event_id for run in runs})
    whole = "items" in plan.needs
    carts = _carts({event.cart_id for event in events.values()}, whole) if "cart" in plan.needs else {}
    orders = _orders({event.order_id for event in events.values()}, whole) if "order" in plan.needs else {}
    messages = _messages({run.id for run in runs}) if "messages" in plan.needs else {}
    since, (shop,) = _since(shop_id, plan, people, events), _shop(id=shop_id)
    return {
        run.id: facts.Facts(
            people[run.customer_id],
            seen.event(event),
            carts.get(event.cart_id),
            orders.get(event.order_id),
            tuple(messages.get(run.id, ())),
            _after(event, since.get(run.customer_id, ())),
            shop.timezone,
            shop.currency,
        )
        for run, event in ((run, events[run.event_id]) for run in runs)
    }


@asks
def _shop() -> Any:
    return select(Shop.timezone, Shop.currency).where(Shop.id == told("id"))


def _by_id(model: Any, ids: Iterable[int | None], names: Sequence[str] = ()) -> dict[int, Any]:
    """Return rows by id, with the columns `names` or those of READ."""
    wanted = {id for id in ids if id}
    return {row.id: row for row in _rows(model, names or READ[model], ids=wanted)} if wanted else {}


@asks
def _rows(model: Any, names: Sequence[str]) -> Any:
    columns = model.__table__.columns
    return select(*(columns[name] for name in names)).where(among(columns.id, told("ids")))


def _carts(ids: Iterable[int | None], whole: bool) -> dict[int | None, facts.Cart | None]:
    rows = _by_id(Cart, ids, (*READ[Cart], *GOODS) if whole else ())
    return {id: seen.cart(row, whole) for id, row in rows.items()}


def _orders(ids: Iterable[int | None], whole: bool) -> dict[int | None, facts.Order | None]:
    rows = _by_id(Order, ids, (*READ[Order], *GOODS) if whole else ())
    return {id: seen.order(row, whole) for id, row in rows.items()}


def _people(shop_id: int, ids: Collection[int], whole: bool) -> dict[int, facts.Customer]:
    """Return the customers by id; unless `whole`, who they are and their zones only."""
    if not whole:
        found = _rows(Customer, NOBODY_ASKS, ids=ids)
        return {row.id: facts.Customer(row.id, zone=row.timezone or None) for row in found}
    tags: dict[int, set[str]] = defaultdict(set)
    for customer_id, tag in _tags(shop_id=shop_id, people=ids):
        tags[customer_id].add(tag)
    return {id: seen.customer(row, frozenset(tags.get(id, ()))) for id, row in _by_id(Customer, ids).items()}


@asks
def _tags() -> Any:
    theirs = in_shop(told("shop_id"), CustomerTag.customer_id, told("people"))
    return select(CustomerTag.customer_id, CustomerTag.tag).where(theirs)


def _messages(runs: Collection[int]) -> dict[int, list[facts.MessageFact]]:
    found: dict[int, list[facts.MessageFact]] = defaultdict(list)
    for row in _of_runs(runs=runs):
        found[row.run_id].append(facts.MessageFact(row.node, row.sent_at, row.opened_at, row.clicked_at))
    return found


@asks
def _of_runs() -> Any:
    columns = Message.run_id, Message.node, Message.sent_at, Message.opened_at, Message.clicked_at
    theirs = among(Message.run_id, told("runs")), Message.audience == "customer"
    return select(*columns).where(*theirs).order_by(Message.run_id, Message.visit)


def _since(
    shop_id: int, plan: Plan, people: Collection[int], began: Mapping[int, Any]
) -> dict[int, list[Any]]:
    """Return the events that the plan watches, by customer, since the oldest beginning of the batch.

    What readers did with messages is not among them: `messages` says it, of this run's own messages only.
    """
    names = [name for name in plan.watches if not name.startswith("message.")]
    found: dict[int, list[Any]] = defaultdict(list)
    if names:
        first = min(map(began_at, began.values()))
        ids = {row.id for row in _watched(shop_id=shop_id, people=people, names=names, first=first)}
        rows = [*(began[id] for id in ids & began.keys()), *_by_id(Event, ids - began.keys()).values()]
        for row in sorted(rows, key=lambda row: (row.at, row.id)):
            found[row.customer_id].append(row)
    return found


@asks
def _watched() -> Any:
    theirs = in_shop(told("shop_id"), Event.customer_id, told("people"))
    return select(Event.id).where(theirs, among(Event.name, told("names")), Event.at >= told("first"))


def began_at(event: Any) -> datetime:
    """Return since when things count for a run: a silence began long before it was long enough to be an event.

    So an order that was placed within it, and told late, is still an order since.
    """
    at: datetime = event.at
    after = event.data.get("after")
    return at - timedelta(seconds=after) if after else at


def _after(began: Any, events: Sequence[Any]) -> tuple[facts.Event, ...]:
    """Return what happened after a run began, in order."""
    if not events:
        return ()
    start = (began_at(began), began.id)
    return tuple([seen.event(later) for later in events if (later.at, later.id) > start])
