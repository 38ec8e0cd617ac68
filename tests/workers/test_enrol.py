"""Who may begin a flow, who may not and why, and what a shop's deliveries become."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Code, Customer, Event, InboxRow, Order, Product, ProductView, Refusal, Run
from app.unit import unit
from tests.workers.world import NOON, SEND, WAIT

SUBSCRIBED = ("customer_subscribed", {})
PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def reasons(world):
    return [refusal.reason for refusal in world.all(Refusal)]


def reentry(rule, every=24, unit="hours"):
    return {"reentry": {"rule": rule, "every": every, "unit": unit}}


@pytest.mark.rule("REPLY-10")
def test_without_limit_each_order_starts_a_run(world):
    world.flow(PLACED, settings=reentry("unlimited"))
    for token in ("o1", "o2", "o3"):
        world.order(token)
        world.work()
        world.skip(hours=1)
    assert len(world.all(Run)) == 3
    assert reasons(world) == []


@pytest.mark.rule("REPLY-11")
def test_once_is_once_ever(world):
    world.flow(PLACED, settings=reentry("once"))
    world.order("o1")
    world.order("o2")
    world.work()
    world.skip(days=400)
    world.order("o3")
    world.work()
    assert len(world.all(Run)) == 1
    assert reasons(world) == ["once", "once"]


@pytest.mark.rule("REPLY-12")
def test_once_in_24_hours_lets_in_again_when_they_are_over(world):
    world.flow(PLACED, settings=reentry("period"))
    world.order("o1")
    world.work()
    world.skip(hours=23, minutes=59)
    world.order("o2")
    world.work()
    assert reasons(world) == ["too_soon"]
    world.skip(minutes=1)
    world.order("o3")
    world.work()
    assert len(world.all(Run)) == 2


def test_not_while_active_waits_for_the_end_of_the_run(world):
    world.flow(PLACED, WAIT(2, "hours"), settings=reentry("not_while_active"))
    world.order("o1")
    world.order("o2")
    world.work()
    assert reasons(world) == ["already_in"]
    world.skip(hours=2)
    world.work()
    world.order("o3")
    world.work()
    assert len(world.all(Run)) == 2


@pytest.mark.rule("OFFER-20")
@pytest.mark.parametrize("personal", [True, False])
def test_whoever_holds_an_unused_coupon_gets_no_other(world, personal):
    coupon = world.coupon(personal=personal)
    world.flow(PLACED, ("give_coupon", {"coupon": coupon}), SEND(world), settings=reentry("not_while_offer"))
    world.order("o1")
    world.work()
    world.order("o2")
    world.work()
    assert reasons(world) == ["unused_offer"]
    world.order("o3", codes=[world.only(Code).code.lower()])
    world.work()
    assert len(world.all(Run)) == 2  # the order that used the code frees its holder at once


def test_once_per_cart_takes_another_cart(world):
    world.reminder()
    for token in ("c1", "c2"):
        world.cart(token)
        world.skip(minutes=31)
        world.work()
    world.cart("c1", price=9900)
    world.skip(minutes=31)
    world.work()
    assert [run.entry_key for run in world.all(Run)] == ["c1", "c2"]
    assert reasons(world) == ["same_key"]


def test_a_hundred_twins_of_one_delivery_start_one_run(world):
    world.flow(PLACED, settings=reentry("unlimited"))
    for twin in range(100):
        world.order("o1", id="same", deliver_as="same" if twin < 50 else f"same-{twin}")
        if twin % 20 == 0:
            world.work()
    world.work()
    assert len(world.all(Run)) == 1
    assert len(world.all(InboxRow)) == 51


@pytest.mark.rule("AUTO-08")
def test_only_subscribers_get_news_unless_the_flow_is_for_everyone(world):
    world.flow(PLACED, settings={"audience": "subscribers"})
    world.flow(PLACED, settings={"audience": "everyone"})
    world.order()
    world.work()
    assert len(world.all(Run)) == 1
    assert reasons(world) == ["not_subscriber"]


def test_whoever_unsubscribed_enters_nothing(world):
    world.flow(PLACED, settings={"audience": "everyone"})
    world.subscribed()
    world.skip(minutes=1)
    world.tell("customer.unsubscribed")
    world.order()
    world.work()
    assert reasons(world) == ["unsubscribed"]


def test_a_remark_on_a_cart_never_overrules_a_no(world):
    world.subscribed()
    world.tell("customer.unsubscribed", at=world.now + timedelta(seconds=1))
    world.skip(minutes=1)
    world.cart(customer={"email": "ada@example.com", "subscribed": True})
    world.work()
    assert world.customer().consent == "unsubscribed"
    world.subscribed()
    world.work()
    assert world.customer().consent == "subscribed"


@pytest.mark.rule("REMIND-03")
def test_a_cart_abandoned_before_the_switch_on_starts_nothing(world):
    world.cart()
    world.skip(hours=1)
    world.reminder()
    world.work()
    world.skip(hours=5)
    world.work()
    assert world.all(Run) == [] and world.sink.mails == []


def test_a_happening_of_before_the_switch_on_that_is_told_late_is_refused(world):
    world.flow(PLACED)
    world.order(at=NOON - timedelta(days=3))
    world.work()
    assert reasons(world) == ["before_activation"]


def test_a_checkout_is_left_to_the_flow_that_looks_after_checkouts(world):
    world.reminder()
    world.flow(
        ("checkout_abandoned", {"after": {"amount": 10, "unit": "minutes"}}), settings=reentry("per_key")
    )
    world.cart(checkout=True)
    world.work()
    world.skip(minutes=31)
    world.work()
    assert len(world.all(Run)) == 1
    assert reasons(world) == ["left_to_checkout"]


def test_only_an_order_with_a_chosen_product_starts_the_flow(world):
    world.flow(("order_placed", {"moment": "order.placed", "scope": "chosen", "products": ["p1"]}))
    world.flow(("order_placed", {"moment": "order.placed", "scope": "chosen", "products": ["p2"]}))
    world.order()
    world.work()
    assert len(world.all(Run)) == 1


def test_an_order_told_only_when_paid_was_placed_too(world):
    world.flow(PLACED)
    world.order(event="order.paid")
    world.order(event="order.placed")
    world.order(event="order.paid")
    world.work()
    assert sorted(event.name for event in world.all(Event)) == ["order.paid", "order.placed"]
    assert len(world.all(Run)) == 1


def test_a_delivery_that_cannot_be_read_is_put_aside_and_blocks_nobody(world):
    unit(lambda: InboxRow.take(world.shop.id, "api", "bad", b'{"event": "nonsense"}', world.now))
    unit(lambda: InboxRow.take(world.shop.id, "fax", "worse", b"", world.now))
    world.order()
    world.work()
    bad, worse, good = world.all(InboxRow)
    assert (bad.state, worse.state, good.state) == ("parked", "parked", "read")
    assert bad.attempts == 5 and bad.error.startswith("event:")
    assert len(world.all(Order)) == 1


def test_a_delivery_that_cannot_be_saved_is_tried_alone(world, monkeypatch):
    from workers import saving

    real = saving.save

    def fails_on_poison(shop_id, heard, *more):
        if any(each.order == "poison" for each in heard):
            raise RuntimeError("no")
        real(shop_id, heard, *more)

    monkeypatch.setattr(saving, "save", fails_on_poison)
    for token in ("o1", "o2", "poison", "o3", "o4"):
        world.order(token)
    world.work()
    assert [row.state for row in world.all(InboxRow)] == ["read", "read", "parked", "read", "read"]
    assert len(world.all(Order)) == 4


def test_an_older_telling_of_a_cart_changes_nothing(world):
    world.cart(price=5000)
    world.work()
    world.cart(price=100, at=NOON - timedelta(hours=1), checkout=True)
    world.work()
    from app.models import Cart

    cart = world.only(Cart)
    assert cart.total == 5000 and cart.checkout_at is not None


def test_products_and_views_are_kept(world):
    product = {
        "id": "p1",
        "title": "Notebook",
        "price": 900,
        "currency": "EUR",
        "image": "",
        "url": "",
        "stock": 3,
    }
    world.tell("product.saved", customer=None, product=product)
    world.tell("product.viewed", product=product | {"title": "Note-book"}, at=world.now)
    world.work()
    assert world.only(Product).title == "Note-book"
    assert world.only(ProductView).product_key == "p1"


def test_a_customer_keeps_a_name_that_the_shop_leaves_out_later(world):
    world.cart()
    world.work()
    world.cart(customer={"email": "ADA@example.com", "locale": "fr"})
    world.work()
    ada = world.only(Customer)
    assert (ada.first_name, ada.locale) == ("Ada", "fr")


def test_two_customers_of_one_batch_do_not_mix(world):
    world.flow(PLACED, settings=reentry("once"))
    world.order("o1", "ada@example.com")
    world.order("o2", "bob@example.com")
    world.order("o3", "ada@example.com")
    world.work()
    assert len(world.all(Run)) == 2
    assert reasons(world) == ["once"]


def test_a_flow_that_cannot_be_read_refuses_with_the_reason_and_stops_no_other(world):
    from app.models import Version
    from app.unit import unit

    broken, whole = world.reminder(), world.reminder()
    version = world.only(Version, Version.flow_id == broken)
    kept = version.graph, version.hash

    def write(graph, hash):
        row = db.session.get(Version, version.id)
        row.graph, row.hash = graph, hash

    unit(lambda: write({"format": 1, "nodes": 7}, "no such graph"))
    world.order()
    world.cart()
    world.work()
    world.skip(minutes=31)
    world.work()
    assert {refusal.reason for refusal in world.all(Refusal, Refusal.flow_id == broken)} == {"unreadable"}
    assert world.run.flow_id == whole
    unit(lambda: write(*kept))
