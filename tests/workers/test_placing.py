"""An order placed by hand: the engine hears of it as of any other, the reminder ends, and it is no recovery."""

from __future__ import annotations

import pytest

from app import clock
from app.models import Cart, Code, Flow, Order, Product, Run, left_carts, placing
from app.models.by_hand import Letter, TooLate
from app.models.placing import Chosen
from app.models.products import ProductMove
from app.unit import unit
from tests.workers.world import LEFT, SEND, WAIT

WORDS = {"about": "order", "locale": "en", "subject": "Your order", "text": "Thank you.", "button": "Visit",
         "user_id": None}  # fmt: skip


def place(world, paid=True, letter=None, sells=False):
    cart = world.only(Cart)
    chosen = Chosen(user_id=1, paid=paid, payment="cash", letter=letter, sells=sells)
    return unit(lambda: placing.place(world.shop.id, cart.id, chosen, clock.real(), world.now))


@pytest.fixture
def left(world):
    world.flow(LEFT, WAIT(), SEND(world), settings={"goal": ["order.placed"]})
    world.cart()
    world.skip(minutes=31)
    world.work()


@pytest.mark.rule("CART-28")
@pytest.mark.rule("CART-29")
def test_the_reminder_ends_the_customer_is_counted_and_told(world, left):
    place(world, letter=Letter("k", "By hand", WORDS))
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails] == ["Your order"]
    assert "Notebook" in world.sink.mails[0][1].get_body(("plain",)).get_content()
    runs = {run.reason for run in world.all(Run)}
    assert "goal:order.placed" in runs
    assert world.customer().orders_count == 1 and world.only(Order).placed_by == 1
    world.skip(hours=3)
    world.work()
    assert len(world.sink.mails) == 1


@pytest.mark.rule("CART-14")
def test_it_is_no_recovery_even_when_the_link_was_pressed(world, left):
    cart = world.only(Cart)
    unit(lambda: Cart.press(world.shop.id, cart.token, world.now))
    place(world)
    world.work()
    assert world.only(Cart).recovered_at is None
    assert left_carts.recovered(world.shop.id, "EUR") == (0, 0)


def test_in_the_demo_shop_the_goods_leave_the_shelf_and_the_move_is_noted(world, left):
    (item,) = world.only(Cart).items
    told = {"id": item["product"], "title": "Notebook", "price": 2500, "currency": "EUR", "stock": 1}
    world.tell("product.saved", None, product=told)
    world.work()
    place(world, sells=True)
    moves = [(move.stock_before, move.stock) for move in world.all(ProductMove)]
    assert moves == [(1, 0)] and world.only(Product).stock == 0


@pytest.mark.rule("CART-30")
def test_nobody_is_charged_so_an_unpaid_order_stays_unpaid(world, left):
    place(world, paid=False)
    world.work()
    assert world.only(Order).paid_at is None


def test_two_presses_place_one_order(world, left):
    place(world)
    with pytest.raises(TooLate, match="ordered"):
        place(world)
    world.work()
    assert len(world.all(Order)) == 1


def test_the_shops_own_order_for_the_same_cart_comes_first(world, left):
    world.order(cart="c1")
    world.work()
    with pytest.raises(TooLate, match="ordered"):
        place(world)


@pytest.mark.rule("C6")
def test_switching_off_takes_unused_codes_back_only_when_asked(world):
    coupon = world.coupon()
    flow = world.flow(LEFT, ("give_coupon", {"coupon": coupon}), SEND(world))
    world.cart()
    world.skip(minutes=31)
    world.work()
    assert world.only(Code).state == "issued" and Code.revocable(flow) == 1
    unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
    assert world.only(Code).state == "issued"
    assert unit(lambda: Code.revoke(flow)) == 1
    assert world.only(Code).state == "released"
