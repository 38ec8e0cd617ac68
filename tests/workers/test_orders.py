"""What an order means: recovered carts, credit, counters, used codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import Attribution, Cart, Click, Code, Event, Message, Order, Redemption
from app.unit import unit
from tests.workers.world import NOON, SEND


@pytest.fixture
def reminded(world):
    """Ada left a cart and was reminded of it."""
    world.reminder()
    world.cart()
    world.skip(minutes=31)
    world.work()
    assert world.message.state == "sent"
    world.skip(hours=1)
    return world


def press(world, machine=False, at=None):
    id = world.all(Message)[0].id
    unit(lambda: Click.record(world.shop.id, id, "cart", machine, at or world.now))
    if not machine:
        unit(lambda: Cart.press(world.shop.id, "c1", at or world.now))


@pytest.mark.rule("CART-15")
@pytest.mark.rule("CART-16")
def test_pressed_and_paid_is_recovered(reminded):
    press(reminded)
    reminded.skip(minutes=5)
    reminded.order(cart="c1", paid=False)
    reminded.work()
    assert reminded.only(Cart).recovered_at is None and reminded.only(Cart).ordered_at == reminded.now
    reminded.skip(minutes=5)
    reminded.order(cart="c1", event="order.paid")
    reminded.work()
    assert reminded.only(Cart).recovered_at == reminded.now
    credit = reminded.only(Attribution)
    assert (credit.rule, credit.sales, credit.node) == ("click", 2500, "n1")


@pytest.mark.rule("CART-17")
def test_paid_without_the_link_is_not_recovered_and_nobodys_credit(reminded):
    reminded.order(cart="c1")
    reminded.work()
    cart = reminded.only(Cart)
    assert cart.ordered_at and cart.recovered_at is None
    assert reminded.all(Attribution) == []


def test_a_machines_click_brings_no_credit(reminded):
    press(reminded, machine=True)
    reminded.order()
    reminded.work()
    assert reminded.all(Attribution) == []


@pytest.mark.parametrize(("days", "credited"), [(4.99, 1), (5.01, 0)])
def test_a_click_counts_for_five_days(reminded, days, credited):
    press(reminded)
    reminded.skip(days=days)
    reminded.order()
    reminded.work()
    assert len(reminded.all(Attribution)) == credited


@pytest.mark.rule("AUTO-22")
@pytest.mark.parametrize("personal", [True, False])
def test_a_code_of_a_run_goes_before_a_click(world, personal):
    coupon = world.coupon(personal=personal)
    settings = {"goal": ["order.placed"]}
    first = world.flow(("cart_abandoned", {"after": {"amount": 30, "unit": "minutes"}}),
                       ("give_coupon", {"coupon": coupon}), SEND(world), settings=settings)  # fmt: skip
    world.reminder()
    world.cart()
    world.skip(minutes=31)
    world.work()
    later = world.all(Message)[-1]
    unit(lambda: Click.record(world.shop.id, later.id, "cart", False, world.now))
    world.order(codes=["unknown", world.only(Code).code.lower()], total=4200)
    world.order(codes=[world.only(Code).code], total=4200, event="order.paid")
    world.work()
    credit = world.only(Attribution)
    assert (credit.flow_id, credit.rule, credit.sales, credit.node) == (first, "coupon", 4200, "n2")
    code = world.only(Code)
    assert code.uses == 1 and code.state == ("used" if personal else "issued")
    assert len(world.all(Redemption)) == 1


def test_an_order_told_five_times_is_one_order(reminded):
    press(reminded)
    for _time in range(5):
        reminded.order(cart="c1", total=3000)
        reminded.work()
    ada = reminded.customer()
    assert (ada.orders_count, ada.spent, ada.last_order_at) == (1, 3000, reminded.now)
    assert reminded.only(Attribution).sales == 3000
    assert len(reminded.all(Event, Event.name == "order.placed")) == 1


def test_a_cancelled_order_takes_everything_back(reminded):
    press(reminded)
    reminded.order("o0", at=NOON - timedelta(days=9), total=700)
    reminded.order(cart="c1")
    reminded.work()
    reminded.order(cart="c1", event="order.cancelled")
    reminded.work()
    ada = reminded.customer()
    assert (ada.orders_count, ada.spent, ada.last_order_at) == (1, 700, NOON - timedelta(days=9))
    assert reminded.all(Attribution) == [] and reminded.only(Cart).recovered_at is None


def test_an_order_belongs_to_the_owner_of_its_cart_when_nobody_is_named(reminded):
    reminded.order(customer=None, cart="c1", event="order.paid")
    reminded.work()
    assert reminded.customer().orders_count == 1
    assert reminded.run.status == "done"


def test_an_ordered_cart_is_not_abandoned_any_more(world):
    world.reminder()
    world.cart()
    world.skip(minutes=20)
    world.order(cart="c1")
    world.skip(minutes=20)
    world.work()
    assert world.all(Message) == []


def test_an_order_told_backwards_keeps_what_happened_last_and_when_it_was_placed(world):
    placed = world.now - timedelta(hours=3)
    world.order(event="order.paid", total=2000)
    world.work()
    world.order(event="order.placed", total=2500, paid=False, codes=("X",), at=placed)
    world.work()
    order = world.only(Order)
    assert (order.total, order.codes, order.placed_at) == (2000, [], placed)
    assert world.customer().last_order_at == placed


@pytest.mark.rule("CART-16")
def test_pressed_and_not_paid_is_not_recovered(reminded):
    press(reminded)
    reminded.skip(minutes=5)
    reminded.order(cart="c1", paid=False)
    reminded.work()
    assert reminded.only(Cart).pressed_at and reminded.only(Cart).recovered_at is None
