"""Credit: which run brought an order.

Knows the rule: the code of a run first, then the last link that a person pressed. An order is credited to one run only
and stays with it; what the credit is worth follows the order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select, update

from app.extensions import db
from app.lists import among
from app.models import Attribution, Click, Code, Message, Order, Policy, Run
from app.questions import asks, told
from app.unit import changed
from app.upsert import once


def had_by(shop_id: int, orders: Collection[int]) -> set[int]:
    """Return which of these orders have their credit."""
    return {row.order_id for row in _credited(shop_id=shop_id, orders=orders)}


@asks
def _credited() -> Any:
    theirs = select(Attribution.order_id).where(Attribution.shop_id == told("shop_id"))
    return theirs.where(among(Attribution.order_id, told("orders")))


def give(shop_id: int, paid: Sequence[Row[Any]], credited: Collection[int]) -> set[int]:
    """Credit these paid orders and return which were; one that is `credited` keeps what it has.

    `sales` is what was paid, tax and delivery too.
    """
    _follow(shop_id, [order.id for order in paid if order.id in credited])
    new = [order for order in paid if order.id not in credited]
    by_code, by_click = _by_code(shop_id, new), _by_click(shop_id, new)
    rows = []
    for order in new:
        run = by_code.get(order.id) or by_click.get(order.id)
        if run is not None:
            rule = "coupon" if order.id in by_code else "click"
            rows.append({"shop_id": shop_id, "order_id": order.id, "flow_id": run.flow_id, "run_id": run.run_id,
                         "node": run.node, "rule": rule, "sales": order.total, "at": order.placed_at})  # fmt: skip
    if rows:
        db.session.connection().execute(once(Attribution, "order_id"), rows)
    return {row["order_id"] for row in rows}


def _follow(shop_id: int, orders: Collection[int]) -> None:
    """Let credits that were given before say what their orders come to now."""
    if not orders:
        return
    total = (
        select(Order.total)
        .where(Order.shop_id == shop_id, Order.id == Attribution.order_id)
        .scalar_subquery()
    )
    given = update(Attribution).where(Attribution.shop_id == shop_id, Attribution.order_id.in_(orders))
    changed(given.where(Attribution.sales != total).values(sales=total))


def withdraw(orders: Collection[int]) -> None:
    """Take the credit for cancelled orders back."""
    if orders:
        changed(delete(Attribution).where(Attribution.order_id.in_(orders)))


def _by_code(shop_id: int, paid: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """Return, by order, the run whose code it carries: a personal code's own, a shared one's last for this customer."""
    codes = {
        code.code.upper(): code
        for code in Code.among(shop_id, {text for order in paid for text in order.codes})
    }
    runs = _runs(shop_id, list(codes.values()), [order.customer_id for order in paid])
    found = {}
    for order in paid:
        run = _giver(order, [codes[text.upper()] for text in order.codes if text.upper() in codes], runs)
        if run is not None:
            found[order.id] = run
    return found


def _giver(order: Any, codes: Iterable[Code], runs: Mapping[tuple[str, int, int | None], Any]) -> Any:
    for code in codes:
        run = runs.get(("own", code.run_id or 0, None)) or runs.get(("shared", code.id, order.customer_id))
        if run is not None:
            return run
    return None


def _runs(
    shop_id: int, codes: Sequence[Code], people: Sequence[int | None]
) -> dict[tuple[str, int, int | None], Row[Any]]:
    """Return runs by ("own", run id, None) and ("shared", code id, customer id), with their last message's node."""
    if not codes:
        return {}
    shown = select(Message.node).where(Message.run_id == Run.id, Message.audience == "customer")
    left = shown.where(Message.gate_at.is_not(None))
    node = func.coalesce(left.order_by(Message.visit.desc()).limit(1).scalar_subquery(), "").label("node")
    given = and_(
        Run.code_id.in_([code.id for code in codes]), Run.customer_id.in_([each for each in people if each])
    )
    own = Run.id.in_([code.run_id for code in codes if code.run_id])
    query = select(Run.id.label("run_id"), Run.flow_id, Run.code_id, Run.customer_id, node).where(
        Run.shop_id == shop_id, or_(own, given)
    )
    rows = list(db.session.execute(query.order_by(Run.id)))
    shared = {("shared", row.code_id, row.customer_id): row for row in rows}
    return {("own", row.run_id, None): row for row in rows} | shared


def _by_click(shop_id: int, paid: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """Return, by order, the message whose link its customer pressed last, by hand, in the days before."""
    people = {order.customer_id for order in paid if order.customer_id}
    if not people:
        return {}
    window = Policy.of(shop_id).click_window
    earliest = min(order.placed_at for order in paid) - window
    clicks = _clicks(shop_id=shop_id, people=people, earliest=earliest)
    return {order.id: click for order in paid if (click := _last_before(order, clicks, window))}


@asks
def _clicks() -> Any:
    """SQL: the links that these people pressed by hand, the last first."""
    same = and_(Message.shop_id == Click.shop_id, Message.id == Click.message_id)
    columns = Click.at, Message.run_id, Message.flow_id, Message.node, Message.customer_id
    pressed = select(*columns).join(Message, same)
    by_hand = pressed.where(
        Click.shop_id == told("shop_id"), Click.machine.is_(False), Click.at >= told("earliest")
    )
    theirs = by_hand.where(among(Message.customer_id, told("people")))
    return theirs.order_by(Click.at.desc(), Click.id.desc())


def _last_before(order: Row[Any], clicks: Iterable[Any], window: timedelta) -> Any:
    first, last = order.placed_at - window, order.placed_at
    return next(
        (each for each in clicks if each.customer_id == order.customer_id and first <= each.at <= last), None
    )
