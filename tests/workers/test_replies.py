"""A reply made in its wizard runs as its merchant meant it, to the mail with its coupon."""

from __future__ import annotations

import re

import pytest

from app.extensions import db
from app.models import Code, Coupon, Flow, Product, Run, Shop
from tests.app.browsing import a_browser, with_pages
from tests.workers.world import NOON

TYPED = {
    "name": "A week after the first notebook", "app": "shop", "moment": "order.placed", "scope": "chosen",
    "products": "p1", "reentry": "once", "audience": "everyone", "answer": "0", "a0-kind": "coupon",
    "a0-timing": "custom", "a0-amount": "7", "a0-unit": "days", "a0-email_id": "0", "a0-coupon_id": "0",
    "a0-new-name": "A tenth off", "a0-new-kind": "percent", "a0-new-percent": "10", "a0-new-personal": "yes",
    "a0-new-prefix": "MERCI", "a0-new-days": "14", "step": "on",
}  # fmt: skip


@pytest.fixture
def flow(world):
    """The wizard's example, as a merchant fills it in, turned on."""
    with_pages(world.app)
    world.kept(Product(shop_id=world.shop.id, key="p1", title="Notebook", price=2500, updated_at=NOON))
    merchant = a_browser(world.app, db.session.get_one(Shop, world.shop.id))
    answer = merchant.post("/replies/new", data=TYPED)
    assert answer.status_code == 302
    return world.only(Flow)


@pytest.mark.rule("REPLY-15")
@pytest.mark.rule("REPLY-05")
@pytest.mark.rule("REPLY-07")
@pytest.mark.rule("REPLY-11")
def test_a_coupon_mail_one_week_after_the_first_purchase_of_an_item(world, flow):
    assert flow.status == "live"
    world.order("o1")
    world.work()
    world.skip(days=6, hours=23)
    world.work()
    assert world.sink.mails == []
    world.skip(hours=1)
    world.work()
    [(to, mail)] = world.sink.mails
    said, code = mail.get_body(("plain",)).get_content(), world.only(Code)
    assert to == ["ada@example.com"]
    assert re.fullmatch(r"MERCI-\w+", code.code) and code.code in said
    assert (code.state, code.coupon_id) == ("issued", world.only(Coupon).id)
    world.order("o2")
    world.skip(days=8)
    world.work()
    assert len(world.sink.mails) == 1 and len(world.all(Run)) == 1


@pytest.mark.rule("REPLY-05")
def test_another_product_does_not_set_it_off(world, flow):
    items = [{"product": "p2", "title": "Ink", "quantity": 1, "price": 900}]
    order = {
        "token": "o1",
        "number": "o1",
        "currency": "EUR",
        "total": 900,
        "paid": True,
        "codes": [],
        "items": items,
    }
    world.tell("order.placed", "bob@example.com", order=order)
    world.work()
    assert world.all(Run) == []
