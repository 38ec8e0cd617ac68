"""Counts: where the people of a flow stand, what became of its messages, and who was refused.

Knows grouped queries over runs, steps, messages and refusals. Must not know a page, nor what time it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.extensions import db
from app.models.events import Refusal
from app.models.messages import Message
from app.models.orders import Order
from app.models.runs import ACTIVE, Run, Step
from app.models.tracking import Attribution


@dataclass(frozen=True)
class Standing:
    """People at one node: how many ever came by, and how many are there now."""

    passed: int = 0
    here: int = 0


@dataclass(frozen=True)
class Funnel:
    """What became of the messages of one node. Each number is part of the one before, orders apart."""

    sent: int = 0
    opened: int = 0
    clicked: int = 0
    orders: int = 0


def in_it_now(shop_id: int) -> dict[int, int]:
    """Return how many people are on their way in each flow that has any."""
    on_the_way = select(Run.flow_id, func.count()).where(Run.shop_id == shop_id, Run.status.in_(ACTIVE))
    return _pairs(on_the_way.group_by(Run.flow_id))


def standings(shop_id: int, flow_id: int) -> dict[str, Standing]:
    """Return the people at each node that anybody has reached, over the flow's whole life."""
    steps = select(Step.node, func.count()).where(Step.shop_id == shop_id, Step.flow_id == flow_id)
    left, here, stopped = _pairs(steps.group_by(Step.node)), Counter[str](), Counter[str]()
    for node, status, number in db.session.execute(_by_node(shop_id, flow_id)):
        (here if status in ACTIVE else stopped)[node] += number
    nodes = {*left, *here, *stopped}
    return {node: Standing(left.get(node, 0) + here[node] + stopped[node], here[node]) for node in nodes}


def _by_node(shop_id: int, flow_id: int) -> Select[str, str, int]:
    # A node is written down as a step when it is left: whoever stands there, or was taken out, has no step yet.
    query = select(Run.node, Run.status, func.count()).where(Run.shop_id == shop_id, Run.flow_id == flow_id)
    return query.where(Run.status != "done").group_by(Run.node, Run.status)


def endings(shop_id: int, flow_id: int, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many runs ended since an instant, by (status, reason)."""
    query = select(Run.status, Run.reason, func.count()).where(
        Run.shop_id == shop_id, Run.flow_id == flow_id, Run.ended_at >= since
    )
    rows = db.session.execute(query.group_by(Run.status, Run.reason))
    return {(status, reason): number for status, reason, number in rows}


def refusals(shop_id: int, flow_id: int, since: datetime) -> dict[str, int]:
    """Return how often the flow let somebody not in since an instant, by reason, the commonest first."""
    query = select(Refusal.reason, func.count().label("times")).where(
        Refusal.shop_id == shop_id, Refusal.flow_id == flow_id, Refusal.at >= since
    )
    return _pairs(query.group_by(Refusal.reason).order_by(func.count().desc(), Refusal.reason))


def funnels(shop_id: int, flow_id: int, since: datetime) -> dict[str, Funnel]:
    """Return what became of the messages sent since an instant, by the node that sent them."""
    ordered = _orders_by_node(shop_id, flow_id, since)
    query = select(
        Message.node, func.count(), func.count(Message.opened_at), func.count(Message.clicked_at)
    ).where(Message.shop_id == shop_id, Message.flow_id == flow_id, Message.audience == "customer",
            Message.sent_at >= since)  # fmt: skip
    rows = db.session.execute(query.group_by(Message.node))
    found = {
        node: Funnel(sent, opened, clicked, ordered.pop(node, 0)) for node, sent, opened, clicked in rows
    }
    return found | {node: Funnel(orders=orders) for node, orders in ordered.items() if node}


def _orders_by_node(shop_id: int, flow_id: int, since: datetime) -> dict[str, int]:
    credited = select(Attribution.node, func.count()).join(Order, Order.id == Attribution.order_id).where(
        Attribution.shop_id == shop_id, Attribution.flow_id == flow_id, Attribution.at >= since,
        Order.cancelled_at.is_(None),
    )  # fmt: skip
    return _pairs(credited.group_by(Attribution.node))


def held_back(shop_id: int, flow_id: int, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many messages prepared since an instant were not sent, by (state, reason)."""
    query = select(Message.state, Message.reason, func.count()).where(
        Message.shop_id == shop_id, Message.flow_id == flow_id, Message.prepared_at >= since,
        Message.state.in_(("failed", "unknown", "skipped", "cancelled")),
    )  # fmt: skip
    rows = db.session.execute(query.group_by(Message.state, Message.reason))
    return {(state, reason): number for state, reason, number in rows}


def _pairs(query: Any) -> dict[Any, int]:
    return dict(db.session.execute(query).all())
