"""Offers for tests: what a merchant types into the wizard, and offers that customers hold already."""

from __future__ import annotations

from app.extensions import db
from app.models import Code, Coupon, Flow, Offer
from graph.model import Graph
from graph.recipes import offers
from graph.recipes.offers import Promise, build
from tests.app.rows import NOON, a_flow, a_message, a_run, kept

NEW = {"name": "Thanks", "coupon_how": "new", "new-name": "A tenth off", "new-kind": "percent", "new-percent": "10",
       "new-personal": "yes", "new-prefix": "THANKS", "new-days": "7", "new-once_per_customer": "y",
       "title": "A tenth off your next order", "text": "Until Sunday.", "step": "publish"}  # fmt: skip


def a_coupon(shop, **told):
    told = {"name": "Ten", "kind": "percent", "value": 10, "prefix": "TEN", "created_at": NOON} | told
    return kept(Coupon(shop_id=shop.id, **told))


def an_offer(shop, coupon, status="live", name="Thanks", **told):
    graph = build(Promise(coupon.id, "A tenth off")).to_json()
    return a_flow(shop, name, status, graph, icon="gift", **{"activated_at": NOON} | told)


def granted(flow, coupon, customer, at, text, run=None):
    """An offer in a customer's hand, with a code of their own."""
    message = a_message(run or a_run(flow, customer, at), at, channel="offer")
    code = kept(
        Code(shop_id=flow.shop_id, coupon_id=coupon.id, code=text, customer_id=customer.id, created_at=at)
    )
    return kept(Offer(shop_id=flow.shop_id, customer_id=customer.id, message_id=message.id, flow_id=flow.id,
                      epoch=flow.epoch, code_id=code.id, title="A tenth off", granted_at=at))  # fmt: skip


def only_flow() -> Flow:
    db.session.expire_all()
    return db.session.scalars(db.select(Flow)).one()


def promise(flow) -> Promise:
    return offers.promised(Graph.from_json(flow.draft))
