"""Rows of a shop, a line each: what the tests of pages and figures stand on."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from app import clock
from app.extensions import db
from app.models import (
    Attribution,
    Cart,
    Customer,
    Event,
    Flow,
    Folded,
    Message,
    Order,
    Run,
    Shop,
    Step,
    Version,
    Visit,
)  # fmt: skip
from app.unit import unit
from workers import folding

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_places = itertools.count(1)


def kept(row):
    db.session.add(row)
    db.session.flush()
    return row


# What the foot of each e-mail must say; a shop without it may turn nothing on.
LAWFUL = {
    "business_name": "Papier SARL",
    "postal_address": "1 rue X, Nantes",
    "sender_email": "hi@papier.example",
}

NAMELESS = dict.fromkeys(LAWFUL, "")


def a_shop(name="Papier & Co", **told) -> Shop:
    told = LAWFUL | {"timezone": "Europe/Paris", "created_at": NOON} | told
    return kept(Shop(name=name, **told))


def a_customer(shop, email="", **told) -> Customer:
    email = email or f"someone{next(_places)}@example.com"
    return kept(Customer(shop_id=shop.id, email=email, **{"created_at": NOON} | told))


GRAPH = {
    "format": 1,
    "nodes": [
        {"id": "n1", "kind": "cart_abandoned", "settings": {"after": {"amount": 2, "unit": "hours"}}},
        {"id": "n2", "kind": "wait", "settings": {"duration": {"amount": 1, "unit": "hours"}, "ending": "any"}},
        {"id": "n3", "kind": "notify_staff", "settings": {"text": "Call them"}},
    ],
    "edges": [{"from": "n1", "port": "next", "to": "n2"}, {"from": "n2", "port": "next", "to": "n3"}],
    "settings": {},
}  # fmt: skip


def a_flow(shop, name="Bring back a cart", status="live", graph=None, **told) -> Flow:
    told = {"icon": "shopping-cart", "created_at": NOON, "updated_at": NOON, "draft": graph or GRAPH} | told
    flow = kept(Flow(shop_id=shop.id, name=name, status=status, **told))
    version = kept(Version(shop_id=shop.id, flow_id=flow.id, number=1, graph=flow.draft, hash="0" * 64,
                           created_at=NOON))  # fmt: skip
    flow.version_id = version.id
    db.session.flush()
    return flow


def an_event(shop, customer, name="cart.abandoned", at=NOON, **told) -> Event:
    told = {"key": f"event-{next(_places)}", "data": {}, "enrolled_at": at} | told
    return kept(Event(shop_id=shop.id, name=name, customer_id=customer.id, at=at, **told))


def a_run(flow, customer, at=NOON, **told) -> Run:
    event = an_event(db.session.get(Shop, flow.shop_id), customer, at=at)
    told = {"status": "waiting", "node": "n2", "wake_at": at + timedelta(hours=1), "started_at": at} | told
    return kept(Run(shop_id=flow.shop_id, flow_id=flow.id, version_id=flow.version_id, epoch=flow.epoch,
                    customer_id=customer.id, event_id=event.id, entry_key=event.key, **told))  # fmt: skip


def a_step(run, visit, node, port="next", at=NOON, saw=None) -> Step:
    return kept(Step(shop_id=run.shop_id, flow_id=run.flow_id, run_id=run.id, visit=visit, node=node, port=port,
                     saw=saw or {}, at=at))  # fmt: skip


def a_message(run, sent_at=NOON, node="n3", **told) -> Message:
    place = next(_places)
    told = {
        "state": "sent" if sent_at else "prepared",
        "subject": "You left something",
        "visit": place,
    } | told
    return kept(Message(shop_id=run.shop_id, flow_id=run.flow_id, run_id=run.id, customer_id=run.customer_id,
                        key=f"{run.id}:{node}:{place}", mail_id=f"<{place}@test>", epoch=run.epoch, node=node,
                        send_at=sent_at or NOON, prepared_at=sent_at or NOON, sent_at=sent_at, **told))  # fmt: skip


def a_visit(message, at=NOON) -> Visit:
    return kept(Visit(shop_id=message.shop_id, flow_id=message.flow_id, message_id=message.id,
                      customer_id=message.customer_id, at=at))  # fmt: skip


def an_order(shop, customer, at=NOON, total=5000, **told) -> Order:
    told = {
        "token": f"order-{next(_places)}",
        "items": [],
        "codes": [],
        "currency": "EUR",
        "paid_at": at,
    } | told
    return kept(Order(shop_id=shop.id, customer_id=customer.id, total=total, placed_at=at, **told))


def a_cart(shop, customer, at=NOON, **told) -> Cart:
    told = {"token": f"cart-{next(_places)}", "items": [], "total": 5000, "currency": "EUR"} | told
    return kept(Cart(shop_id=shop.id, customer_id=customer.id, created_at=at, updated_at=at, **told))


def a_credit(run, order, sales=5000, at=NOON, node="n3") -> Attribution:
    return kept(Attribution(shop_id=run.shop_id, order_id=order.id, flow_id=run.flow_id, run_id=run.id, node=node,
                            rule="click", sales=sales, at=at))  # fmt: skip


def folded(shop) -> None:
    """Have a heart fold into the days all that has happened, whatever time it is."""
    db.session.commit()
    now, real = clock.now(shop.id), clock.real()
    unit(lambda: Folded.begin(shop.id, now, real, real))
    while folding.fold(shop.id):
        pass
    unit(lambda: Folded.notice(shop.id, max(now, NOON) + timedelta(days=2), real - folding.LAG, real))
    while folding.fold(shop.id):
        pass
